import { editDraft } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, draftChanged, make } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { checkDraftTarget } from '../facts/draft-target.ts'
import { replaceDraft } from '../repo/drafts.ts'
import { keptDraft } from '../rules/kept-draft.ts'

export default route<typeof editDraft, Context, Tx>(editDraft, async ({ input, granted, actor, ctx, tx }) => {
  await checkDraftTarget(tx, actor, input.draft)
  const now = Math.floor(ctx.clock.now() / 1000)
  const draft = await replaceDraft(tx, granted, input.draft_id, keptDraft(input.draft, now))
  if (!draft) throw new AppError('NOT_FOUND', 'Draft does not exist')
  await append(tx, null, [make(draftChanged, { op: 'update', draft }, { users: [actor.userId] })])
  return {}
})
