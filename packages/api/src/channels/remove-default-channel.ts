import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { int } from '../param.ts'

/** Lets new accounts no longer be in a channel from the beginning (Zulip API: remove-default-stream). */
export const removeDefaultChannel = operation({
  id: 'remove-default-channel',
  method: 'DELETE',
  path: '/api/v1/default_streams',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'turn',
  params: { stream_id: int() },
  response: z.object({}),
})
