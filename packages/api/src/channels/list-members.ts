import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt } from '../param.ts'

/** Ids of a channel's active subscribers (Zulip API: get-subscribers). */
export const listMembers = operation({
  id: 'list-members',
  method: 'GET',
  path: '/api/v1/streams/{stream_id}/members',
  service: 'streams',
  access: 'channel:view',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: { stream_id: pathInt() },
  response: z.object({ subscribers: z.array(z.int()) }),
})
