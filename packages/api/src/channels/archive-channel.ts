import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** Archives a channel: nothing is written there any more (Zulip API: archive-stream). */
export const archiveChannel = operation({
  id: 'archive-channel',
  method: 'DELETE',
  path: '/api/v1/streams/{stream_id}',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  revokes: true,
  params: { stream_id: pathInt() },
  response: z.object({}),
})
