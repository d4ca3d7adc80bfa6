import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** Takes a message away for everybody. */
export const deleteMessage = operation({
  id: 'delete-message',
  method: 'DELETE',
  path: '/api/v1/messages/{message_id}',
  service: 'messaging',
  access: 'message:delete',
  transaction: 'write',
  limits: apiByUser,
  callers: ['gateway'],
  params: { message_id: pathInt() },
  response: z.object({}),
})
