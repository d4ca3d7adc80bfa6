import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, withDefault } from '../param.ts'
import { ChannelObject } from './channel-object.ts'

/** The channels the actor may know of, by the chosen sources (Zulip API: get-streams). */
export const listChannels = operation({
  id: 'list-channels',
  method: 'GET',
  path: '/api/v1/streams',
  service: 'streams',
  access: 'channel:list',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'read',
  params: {
    include_public: withDefault(bool(), true),
    include_web_public: withDefault(bool(), false),
    include_subscribed: withDefault(bool(), true),
    exclude_archived: withDefault(bool(), true),
    include_all: withDefault(bool(), false),
    /** Older name of `include_all`; administrators only. */
    include_all_active: withDefault(bool(), false),
    include_default: withDefault(bool(), false),
    include_owner_subscribed: withDefault(bool(), false),
    include_can_access_content: withDefault(bool(), false),
  },
  response: z.object({
    streams: z.array(ChannelObject.extend({ is_default: z.boolean().optional() })),
  }),
})
