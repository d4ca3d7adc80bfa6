import { ScheduledMessage } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

const Body = z.discriminatedUnion('op', [
  z.object({ op: z.enum(['add', 'update']), scheduled_message: ScheduledMessage }),
  z.object({ op: z.literal('remove'), scheduled_message_id: z.int() }),
])
export type ScheduledChanged = z.infer<typeof Body>

/** A user's scheduled message came, changed, or went, by being sent too; only that user's queues see it. */
export const scheduledChanged = event({
  type: 'scheduled.changed',
  emitter: 'messaging',
  alsoBy: ['auth'],
  audience: 'users',
  body: Body,
  wire: ['scheduled_messages'],
  shape(body) {
    const type = 'scheduled_messages'
    if (body.op === 'remove') return { type, op: 'remove', scheduled_message_id: body.scheduled_message_id }
    if (body.op === 'add') return { type, op: 'add', scheduled_messages: [body.scheduled_message] }
    return { type, op: 'update', scheduled_message: body.scheduled_message }
  },
})
