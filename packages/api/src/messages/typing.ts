import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { int, json, optional, pathInt, text, withDefault, word } from '../param.ts'

const common = { service: 'messaging', limits: apiByUser, callers: ['gateway'], idempotent: true } as const
const op = word(['start', 'stop'])

/** Tells that one begins or ceases to write to people or to a channel; kept nowhere. */
export const setTyping = operation({
  ...common,
  id: 'set-typing-status',
  method: 'POST',
  path: '/api/v1/typing',
  access: 'message:send',
  transaction: 'own',
  params: {
    op,
    // `private` is an older name.
    type: withDefault(word(['direct', 'private', 'stream', 'channel']), 'direct'),
    /** Ids of people. */
    to: optional(json(z.array(z.int().min(0).max(2_147_483_647)).max(500))),
    stream_id: optional(int()),
    topic: optional(text(1_000)),
  },
  response: z.object({}),
})

/** Tells that one begins or ceases to edit a message. */
export const setEditTyping = operation({
  ...common,
  id: 'set-typing-status-for-message-edit',
  method: 'POST',
  path: '/api/v1/messages/{message_id}/typing',
  access: 'message:edit',
  transaction: 'read',
  params: { message_id: pathInt(), op },
  response: z.object({}),
})
