import { deleteDraft } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, draftChanged, make } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { removeDraft } from '../repo/drafts.ts'

export default route<typeof deleteDraft, Context, Tx>(deleteDraft, async ({ input, granted, actor, tx }) => {
  if (!(await removeDraft(tx, granted, input.draft_id)))
    throw new AppError('NOT_FOUND', 'Draft does not exist')
  const body = { op: 'remove' as const, draft_id: input.draft_id }
  await append(tx, null, [make(draftChanged, body, { users: [actor.userId] })])
  return {}
})
