import { ChannelObject, GroupSettingValue } from '@parley/api'
import { channelGroupSettings, isGuestRole, topicsPolicies } from '@parley/access'
import { z } from 'zod'
import { event, type Viewer, type WireEvent } from '../event.ts'

const Changed = z.object({
  channel_id: z.int(),
  /** Before the change. */
  name: z.string(),
  /** For a channel that ceases to be public: who may know of it then without being in it or an administrator. */
  creator_id: z.int().nullable(),
  property: z.enum([
    'name',
    'description',
    'invite_only',
    'is_archived',
    'folder_id',
    'message_retention_days',
    'topics_policy',
    ...channelGroupSettings,
    // What older clients read of `can_send_message_group`.
    'stream_post_policy',
    'is_announcement_only',
  ]),
  value: z.union([z.string(), z.boolean(), z.null(), GroupSettingValue]),
  rendered_description: z.string().optional(),
  history_public_to_subscribers: z.boolean().optional(),
  is_web_public: z.boolean().optional(),
  /** It is web-public, so that guests know of it as everybody does; absent in logs of before there were any. */
  to_guests: z.boolean().optional(),
  /** A channel that is brought back, as it is before anybody is in it: see `shape`. */
  restored: ChannelObject.optional(),
})
type Changed = z.infer<typeof Changed>
const Within = Changed.extend({ guests_only: z.boolean() })

const variant = ({ role, capabilities }: Viewer): string =>
  `${isGuestRole(role) ? 'guest' : ''} ${capabilities.archived_channels ? 'archived' : ''}`

/** To a client that knows no archived channels, one goes when it is archived and comes when it is brought back. */
function shape(body: Changed, { capabilities }: Viewer): WireEvent {
  const { channel_id: id, creator_id: _creator, to_guests: _to, restored, ...rest } = body
  if (body.property !== 'is_archived' || capabilities.archived_channels)
    return { type: 'stream', op: 'update', stream_id: id, ...rest }
  return restored
    ? { type: 'stream', op: 'create', streams: [restored] }
    : { type: 'stream', op: 'delete', streams: [{ stream_id: id }], stream_ids: [id] }
}

/** A public channel looks different; everybody but guests knows of it, and they too if it is web-public. Decisions find channels by name, so a name is a right. */
export const channelChanged = event({
  type: 'channel.changed',
  emitter: 'streams',
  audience: 'organisation',
  changesRights: true,
  body: Changed,
  wire: ['stream'],
  about: (body) => ({ channel: body.channel_id, creator: body.creator_id }),
  variant,
  shape: (body, viewer) => (isGuestRole(viewer.role) && !body.to_guests ? null : shape(body, viewer)),
})

/** The same inside: everybody who knows of a private channel, and the guests in a public one that is not web-public. */
export const channelChangedWithin = event({
  type: 'channel.changed-within',
  emitter: 'streams',
  audience: 'subscribers',
  changesRights: true,
  body: Within,
  wire: ['stream'],
  variant,
  shape: ({ guests_only: guestsOnly, ...body }, viewer) =>
    guestsOnly && !isGuestRole(viewer.role) ? null : shape(body, viewer),
})

/**
 * The named people may know of a channel from here on because it has become public or web-public; nobody is counted in it yet.
 * Named apart are those who were in it then: for who has left it when it is delivered, and gets nothing told inside.
 */
export const channelOpened = event({
  type: 'channel.opened',
  emitter: 'streams',
  audience: 'users',
  body: z.object({ channel: ChannelObject, to_insiders: z.boolean() }),
  wire: ['stream'],
  about: ({ channel, to_insiders: unlessIn }) => ({
    channel: channel.stream_id,
    creator: channel.creator_id,
    unlessIn,
  }),
  shape: (body) => ({ type: 'stream', op: 'create', streams: [body.channel] }),
})

/**
 * Who may read a channel, or write to it, is another than before: gateways and audit go by it. It may take rights
 * away, so its answer waits for the gateways whichever way it goes.
 */
export const channelAccessChanged = event({
  type: 'channel.access-changed',
  emitter: 'streams',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({
    channel_id: z.int(),
    invite_only: z.boolean(),
    history_public_to_subscribers: z.boolean(),
    is_web_public: z.boolean(),
    is_archived: z.boolean(),
    by: z.int(),
  }),
})

/** Permissions in a channel were given to others, by group id: gateways and audit go by it. It may take rights away. */
export const channelPermissionsChanged = event({
  type: 'channel.permissions-changed',
  emitter: 'streams',
  audience: 'nobody',
  changesRights: true,
  revokes: true,
  audited: true,
  body: z.object({ channel_id: z.int(), permissions: z.record(z.string(), z.int()), by: z.int() }),
})

/** A channel keeps its messages for so many days: -1 for ever, null as long as the organisation keeps its own. */
export const channelRetentionChanged = event({
  type: 'channel.retention-changed',
  emitter: 'streams',
  audience: 'nobody',
  audited: true,
  body: z.object({ channel_id: z.int(), days: z.int().nullable(), by: z.int() }),
})

/** A channel says something else of topics (`topics_policy`): sends and moves go by it. */
export const channelTopicsPolicyChanged = event({
  type: 'channel.topics-policy-changed',
  emitter: 'streams',
  audience: 'nobody',
  changesRights: true,
  audited: true,
  body: z.object({ channel_id: z.int(), policy: z.enum(topicsPolicies), by: z.int() }),
})

/**
 * These people, all who are in the channel or have been, may read no more of its history than came to them. Queues that
 * have changes of older messages still before them begin anew: nobody wrote down who of them holds which.
 */
export const channelHistoryClosed = event({
  type: 'channel.history-closed',
  emitter: 'streams',
  audience: 'nobody',
  revokes: true,
  body: z.object({ channel_id: z.int(), user_ids: z.array(z.int()) }),
})

/** Other channels than before are joined by new accounts; guests are not told which. */
export const defaultChannelsChanged = event({
  type: 'default-channels.changed',
  emitter: 'streams',
  audience: 'organisation',
  changesRights: true,
  body: z.object({ channel_ids: z.array(z.int()) }),
  wire: ['default_streams'],
  variant: (viewer) => (isGuestRole(viewer.role) ? 'guest' : ''),
  shape: (body, viewer) =>
    isGuestRole(viewer.role) ? null : { type: 'default_streams', default_streams: body.channel_ids },
})
