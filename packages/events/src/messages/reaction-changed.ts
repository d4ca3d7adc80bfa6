import { Reaction, unknownEmail, unknownName } from '@parley/api'
import { z } from 'zod'
import { aboutMessage } from './about-message.ts'

const Body = Reaction.extend({
  op: z.enum(['add', 'remove']),
  message_id: z.int(),
  email: z.string(),
  full_name: z.string(),
})
export type ReactionChanged = z.infer<typeof Body>

const wireEvent = ({ op, email, full_name, ...reaction }: ReactionChanged) => ({
  type: 'reaction',
  op,
  ...reaction,
  user: { user_id: reaction.user_id, email, full_name },
})

/** Somebody reacted to a message or took a reaction back. */
export const reactionChanged = aboutMessage({
  type: 'reaction.changed',
  body: Body,
  wire: ['reaction'],
  messagesIn: (body) => [body.message_id],
  shape: wireEvent,
  tellsOf: (body) => body.user_id,
  ofUnseen: (body) => wireEvent({ ...body, email: unknownEmail(body.user_id), full_name: unknownName }),
})
