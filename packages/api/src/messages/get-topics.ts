import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, pathInt, withDefault } from '../param.ts'

/** The topics of a channel, newest first, as far as the asker may read its messages. */
export const getTopics = operation({
  id: 'get-stream-topics',
  method: 'GET',
  path: '/api/v1/users/me/{stream_id}/topics',
  service: 'messaging',
  access: 'channel:read',
  transaction: 'read',
  limits: apiByUser,
  callers: ['gateway'],
  spectators: true,
  params: { stream_id: pathInt(), allow_empty_topic_name: withDefault(bool(), false) },
  response: z.object({ topics: z.array(z.object({ name: z.string(), max_id: z.int() })) }),
})
