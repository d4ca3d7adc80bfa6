import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt, text } from '../param.ts'
import { emojiParams } from './reaction.ts'

/** Adds an emoji reaction of one's own to a message. */
export const addReaction = operation({
  id: 'add-reaction',
  method: 'POST',
  path: '/api/v1/messages/{message_id}/reactions',
  service: 'messaging',
  access: 'message:react',
  transaction: 'write',
  limits: apiByUser,
  callers: ['gateway'],
  params: { message_id: pathInt(), emoji_name: text(100), ...emojiParams },
  response: z.object({}),
})
