import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { int, optional, pathInt, text } from '../param.ts'
import { laterTime } from './scheduled-messages.ts'

/** A message to oneself about a message one may read, to be sent later (Zulip API: reminders). */
export const Reminder = z.object({
  reminder_id: z.int(),
  type: z.literal('private'),
  to: z.array(z.int()),
  content: z.string(),
  rendered_content: z.string(),
  /** Seconds since the Unix epoch. */
  scheduled_delivery_timestamp: z.int(),
  failed: z.boolean(),
  reminder_target_message_id: z.int(),
})
export type Reminder = z.infer<typeof Reminder>

/** Longest note (Zulip API: `max_reminder_note_length`). */
export const maxReminderNote = 500

const ofMessaging = { service: 'messaging', limits: apiByUser, callers: ['gateway'] } as const

/** One's own reminders, the one due first at the head. */
export const getReminders = operation({
  ...ofMessaging,
  id: 'get-reminders',
  method: 'GET',
  path: '/api/v1/reminders',
  access: 'self:use',
  transaction: 'read',
  params: {},
  response: z.object({ reminders: z.array(Reminder) }),
})

/** Has oneself reminded of a message. */
export const createReminder = operation({
  ...ofMessaging,
  id: 'create-message-reminder',
  method: 'POST',
  path: '/api/v1/reminders',
  access: 'message:read',
  transaction: 'write',
  params: {
    message_id: int(),
    scheduled_delivery_timestamp: laterTime(),
    note: optional(text(maxReminderNote)),
  },
  response: z.object({ reminder_id: z.int() }),
})

/** Throws a reminder away. */
export const deleteReminder = operation({
  ...ofMessaging,
  id: 'delete-reminder',
  method: 'DELETE',
  path: '/api/v1/reminders/{reminder_id}',
  access: 'self:use',
  transaction: 'write',
  params: { reminder_id: pathInt() },
  response: z.object({}),
})
