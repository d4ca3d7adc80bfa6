import { KeptDraft } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

const Body = z.discriminatedUnion('op', [
  z.object({ op: z.enum(['add', 'update']), draft: KeptDraft }),
  z.object({ op: z.literal('remove'), draft_id: z.int() }),
])
export type DraftChanged = z.infer<typeof Body>

/** A user's draft came, changed or went; only that user's queues see it. */
export const draftChanged = event({
  type: 'draft.changed',
  emitter: 'messaging',
  audience: 'users',
  body: Body,
  wire: ['drafts'],
  shape(body) {
    if (body.op === 'remove') return { type: 'drafts', op: 'remove', draft_id: body.draft_id }
    if (body.op === 'add') return { type: 'drafts', op: 'add', drafts: [body.draft] }
    return { type: 'drafts', op: 'update', draft: body.draft }
  },
})
