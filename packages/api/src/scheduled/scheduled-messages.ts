import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, int, json, optional, pathInt, text, word } from '../param.ts'

/** A message to be sent later (Zulip API: scheduled messages). `to`: a channel, or the people besides the sender. */
export const ScheduledMessage = z.object({
  scheduled_message_id: z.int(),
  type: z.enum(['stream', 'private']),
  to: z.union([z.int(), z.array(z.int())]),
  /** Of a channel only. */
  topic: z.string().optional(),
  content: z.string(),
  rendered_content: z.string(),
  /** Seconds since the Unix epoch. */
  scheduled_delivery_timestamp: z.int(),
  failed: z.boolean(),
})
export type ScheduledMessage = z.infer<typeof ScheduledMessage>

/** Most scheduled messages of one person, and most reminders. */
export const maxScheduled = 500
/** Most bytes of one person's scheduled messages and reminders together, as written and as rendered: all are in one answer. */
export const maxScheduledBytes = 2_000_000

/** Seconds since the Unix epoch, to the year 5138. */
export const laterTime = () => int(0, 100_000_000_000)

const id = z.int().min(0).max(2_147_483_647)
const fields = {
  type: word(['direct', 'private', 'channel', 'stream']),
  to: json(z.union([id, z.array(id).min(1).max(500)])),
  // Longer content is cut, as that of a message.
  content: text(192 * 1024),
  scheduled_delivery_timestamp: laterTime(),
}
const ofMessaging = { service: 'messaging', limits: apiByUser, callers: ['gateway'] } as const
const own = { ...ofMessaging, access: 'self:use' } as const

/** One's own scheduled messages, the one due first at the head. */
export const getScheduledMessages = operation({
  ...own,
  id: 'get-scheduled-messages',
  method: 'GET',
  path: '/api/v1/scheduled_messages',
  transaction: 'read',
  params: {},
  response: z.object({ scheduled_messages: z.array(ScheduledMessage) }),
})

/** Keeps a message to be sent later; whether its sender may send it is decided now and then. */
export const createScheduledMessage = operation({
  ...ofMessaging,
  access: 'message:send',
  id: 'create-scheduled-message',
  method: 'POST',
  path: '/api/v1/scheduled_messages',
  transaction: 'write',
  bodyLimit: 192 * 1024,
  params: { ...fields, topic: optional(text(1_000)), read_by_sender: optional(bool()) },
  response: z.object({ scheduled_message_id: z.int() }),
})

/** Changes what is given of a message that is not sent yet. */
export const updateScheduledMessage = operation({
  ...own,
  id: 'update-scheduled-message',
  method: 'PATCH',
  path: '/api/v1/scheduled_messages/{scheduled_message_id}',
  transaction: 'write',
  bodyLimit: 192 * 1024,
  idempotent: true,
  params: {
    scheduled_message_id: pathInt(),
    type: optional(fields.type),
    to: optional(fields.to),
    topic: optional(text(1_000)),
    content: optional(fields.content),
    scheduled_delivery_timestamp: optional(fields.scheduled_delivery_timestamp),
  },
  response: z.object({}),
})

/** Has a scheduled message not sent. */
export const deleteScheduledMessage = operation({
  ...own,
  id: 'delete-scheduled-message',
  method: 'DELETE',
  path: '/api/v1/scheduled_messages/{scheduled_message_id}',
  transaction: 'write',
  params: { scheduled_message_id: pathInt() },
  response: z.object({}),
})
