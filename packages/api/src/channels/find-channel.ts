import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { text } from '../param.ts'

/** The id of the channel of that name, spelt in any case (Zulip API: get-stream-id). */
export const findChannel = operation({
  id: 'find-channel',
  method: 'GET',
  path: '/api/v1/get_stream_id',
  service: 'streams',
  access: 'channel:find',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: { stream: text(200) },
  response: z.object({ stream_id: z.int() }),
})
