import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, text } from '../param.ts'

/** Most messages whose flags one call changes. */
export const maxFlagged = 5_000

/** Adds or removes `read`, `starred` or `collapsed` of one's own messages. */
export const updateFlags = operation({
  id: 'update-message-flags',
  method: 'POST',
  path: '/api/v1/messages/flags',
  service: 'messaging',
  access: 'message:list',
  transaction: 'write',
  limits: apiByUser,
  callers: ['gateway'],
  idempotent: true,
  params: {
    messages: json(z.array(z.int().min(0)).max(maxFlagged)),
    op: text(100),
    flag: text(100),
  },
  response: z.object({
    messages: z.array(z.int()),
    ignored_because_not_subscribed_channels: z.array(z.int()),
  }),
})
