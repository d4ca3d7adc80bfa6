import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** The channels that a person is in, of those that the asker may know of (Zulip API: get-user-channels). */
export const getUserChannels = operation({
  id: 'get-user-channels',
  method: 'GET',
  path: '/api/v1/users/{user_id}/channels',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  since: 440,
  params: { user_id: pathInt() },
  response: z.object({ subscribed_channel_ids: z.array(z.int()) }),
})
