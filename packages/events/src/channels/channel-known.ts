import { ChannelObject } from '@parley/api'
import { isGuestRole } from '@parley/access'
import { z } from 'zod'
import { event } from '../event.ts'

const Body = z.object({ channel: ChannelObject })
const created = (body: z.infer<typeof Body>) => ({ type: 'stream', op: 'create', streams: [body.channel] })

/** A public channel came to be; everybody but guests learns of it, and they too if it is web-public. */
export const channelCreated = event({
  type: 'channel.created',
  emitter: 'streams',
  audience: 'organisation',
  changesRights: true,
  body: Body,
  wire: ['stream'],
  about: ({ channel }) => ({ channel: channel.stream_id, creator: channel.creator_id }),
  variant: (viewer) => (isGuestRole(viewer.role) ? 'guest' : ''),
  shape: (body, viewer) => (isGuestRole(viewer.role) && !body.channel.is_web_public ? null : created(body)),
})

/**
 * The named people may know of a channel from here on: a new private one, or one that they came into. The change of
 * rights itself is another event's.
 */
export const channelRevealed = event({
  type: 'channel.revealed',
  emitter: 'streams',
  audience: 'users',
  changesRights: true,
  concerns: ({ channel }) => channel.stream_id,
  body: Body,
  wire: ['stream'],
  shape: created,
})

/** The named people may not know of the channel any longer. */
export const channelWithdrawn = event({
  type: 'channel.withdrawn',
  emitter: 'streams',
  audience: 'leavers',
  changesRights: true,
  concerns: (body) => body.channel_id,
  body: z.object({ channel_id: z.int() }),
  wire: ['stream'],
  shape: (body) => ({
    type: 'stream',
    op: 'delete',
    streams: [{ stream_id: body.channel_id }],
    stream_ids: [body.channel_id],
  }),
})

/** The audited side of a new channel: who made it and how open it is, without its name. */
export const channelEstablished = event({
  type: 'channel.established',
  emitter: 'streams',
  audience: 'nobody',
  audited: true,
  body: z.object({
    channel_id: z.int(),
    invite_only: z.boolean(),
    history_public_to_subscribers: z.boolean(),
    is_web_public: z.boolean(),
    by: z.int(),
  }),
})
