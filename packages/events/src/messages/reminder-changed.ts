import { Reminder } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

const Body = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), reminder: Reminder }),
  z.object({ op: z.literal('remove'), reminder_id: z.int() }),
])
export type ReminderChanged = z.infer<typeof Body>

/** A user's reminder came, or went, by being sent too; only that user's queues see it. */
export const reminderChanged = event({
  type: 'reminder.changed',
  emitter: 'messaging',
  alsoBy: ['auth'],
  audience: 'users',
  body: Body,
  wire: ['reminders'],
  shape(body) {
    if (body.op === 'remove') return { type: 'reminders', op: 'remove', reminder_id: body.reminder_id }
    return { type: 'reminders', op: 'add', reminders: [body.reminder] }
  },
})
