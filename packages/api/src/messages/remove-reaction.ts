import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { optional, pathInt, text } from '../param.ts'
import { emojiParams } from './reaction.ts'

/** Takes an emoji reaction of one's own away, named by its name or by its code. */
export const removeReaction = operation({
  id: 'remove-reaction',
  method: 'DELETE',
  path: '/api/v1/messages/{message_id}/reactions',
  service: 'messaging',
  access: 'message:react',
  transaction: 'write',
  limits: apiByUser,
  callers: ['gateway'],
  params: { message_id: pathInt(), emoji_name: optional(text(100)), ...emojiParams },
  response: z.object({}),
})
