import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'
import { ChannelObject } from './channel-object.ts'

/** One channel (Zulip API: get-stream-by-id). */
export const getChannel = operation({
  id: 'get-channel',
  method: 'GET',
  path: '/api/v1/streams/{stream_id}',
  service: 'streams',
  access: 'channel:view',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: { stream_id: pathInt() },
  response: z.object({ stream: ChannelObject }),
})
