import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { int, text, word } from '../param.ts'

/** Longest submessage, in UTF-16 code units. */
export const maxSubmessageLength = 2_000

/** Adds to a poll or list of tasks: a vote, an option, a task, a tick (Zulip API: submessages; undocumented there). */
export const addSubmessage = operation({
  id: 'add-submessage',
  method: 'POST',
  path: '/api/v1/submessage',
  service: 'messaging',
  access: 'message:answer',
  transaction: 'write',
  limits: apiByUser,
  callers: ['gateway'],
  params: { message_id: int(), msg_type: word(['widget']), content: text(maxSubmessageLength) },
  response: z.object({}),
})
