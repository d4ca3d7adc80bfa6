import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, optional, pathInt } from '../param.ts'

/**
 * The address that mail for a channel goes to (Zulip API: get-stream-email-address). No mail is received yet, and as where a
 * server is told of no pattern for such addresses, there is none.
 */
export const getChannelEmailAddress = operation({
  id: 'get-channel-email-address',
  method: 'GET',
  path: '/api/v1/streams/{stream_id}/email_address',
  service: 'streams',
  access: 'channel:find',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: {
    stream_id: pathInt(),
    /** In whose name what is sent there would come: the asker or a bot of theirs. */
    sender_id: optional(json(z.int().min(0))),
  },
  response: z.object({ email: z.string() }),
})
