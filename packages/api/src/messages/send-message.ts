import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { alias, bool, optional, text, word } from '../param.ts'

/**
 * Sends to a channel or to people. The same sender, `queue_id` and `local_id` (or `Idempotency-Key`) again
 * answers with the first message's id.
 */
export const sendMessage = operation({
  id: 'send-message',
  method: 'POST',
  path: '/api/v1/messages',
  service: 'messaging',
  access: 'message:send',
  transaction: 'own',
  limits: apiByUser,
  // 10,000 characters of four bytes, each percent-encoded, and the other fields.
  bodyLimit: 192 * 1024,
  callers: ['gateway'],
  incomingWebhooks: true,
  // Every send has a key (drawn in messaging where the client gave none), but a drawn one dies with its call.
  idempotent: false,
  params: {
    type: word(['direct', 'private', 'channel', 'stream']),
    /** Bare or as JSON: a channel's name or id; ids or e-mails of people. */
    to: text(20_000),
    topic: optional(alias(text(1_000), 'subject')),
    // Longer content is cut, not refused (Zulip API); the body limit bounds it.
    content: text(192 * 1024),
    queue_id: optional(text(200)),
    local_id: optional(text(200)),
    read_by_sender: optional(bool()),
  },
  response: z.object({
    id: z.int(),
    automatic_new_visibility_policy: z.union([z.literal(2), z.literal(3)]).optional(),
  }),
})
