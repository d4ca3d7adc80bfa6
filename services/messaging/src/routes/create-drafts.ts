import { createDrafts, type KeptDraft, maxDrafts } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, draftChanged, make } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { checkDraftTarget } from '../facts/draft-target.ts'
import { countDrafts, insertDraft } from '../repo/drafts.ts'
import { keptDraft } from '../rules/kept-draft.ts'

export default route<typeof createDrafts, Context, Tx>(
  createDrafts,
  async ({ input, granted, actor, ctx, tx }) => {
    if (input.drafts.length === 0) return { ids: [] }
    if ((await countDrafts(tx, granted)) + input.drafts.length > maxDrafts)
      throw badRequest(`Too many drafts (limit: ${maxDrafts})`)
    const now = Math.floor(ctx.clock.now() / 1000)
    const kept: KeptDraft[] = []
    for (const draft of input.drafts) {
      await checkDraftTarget(tx, actor, draft)
      kept.push(await insertDraft(tx, granted, keptDraft(draft, now)))
    }
    const events = kept.map((draft) => make(draftChanged, { op: 'add', draft }, { users: [actor.userId] }))
    // One's own texts give nobody anything, so no change of rights needs to undo them.
    await append(tx, null, events)
    return { ids: kept.map(({ id }) => id) }
  },
)
