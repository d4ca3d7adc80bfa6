import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** Who has read a message, as far as they and the organisation let it be seen; ids ascending. */
export const getReadReceipts = operation({
  id: 'get-read-receipts',
  method: 'GET',
  path: '/api/v1/messages/{message_id}/read_receipts',
  service: 'messaging',
  access: 'message:read',
  transaction: 'read',
  limits: apiByUser,
  callers: ['gateway'],
  params: { message_id: pathInt() },
  response: z.object({ user_ids: z.array(z.int()) }),
})
