import { Submessage } from '@parley/api'
import type { z } from 'zod'
import { aboutMessage } from './about-message.ts'

const Body = Submessage
export type SubmessageAdded = z.infer<typeof Body>

/** Somebody voted in a poll, ticked a task, or added something to either. */
export const submessageAdded = aboutMessage({
  type: 'submessage.added',
  body: Body,
  wire: ['submessage'],
  messagesIn: (body) => [body.message_id],
  shape: ({ id, ...submessage }) => ({ type: 'submessage', submessage_id: id, ...submessage }),
})
