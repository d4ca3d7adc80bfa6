import {
  type Actor,
  type ChannelAtom,
  type ChannelGroups,
  channelGroupSettings,
  type Granted,
  isAdmin,
  isGuest,
  type Predicate,
  type Shown,
  type TopicsPolicy,
} from '@parley/access'
import { channelNameKey } from '@parley/api'
import {
  channelPermissionsSql,
  only,
  predicateSql,
  prepared,
  spectatorChannelsSql,
  type Tx,
} from '@parley/db'
import { z } from 'zod'
import { channelQuery, ChannelRow } from './channel-row.ts'

/** Proof that the actor may see one channel as a whole. */
export type Seen =
  | Granted<'channel:view'>
  | Granted<'channel:subscribe'>
  | Granted<'channel:add-subscribers'>
  | Granted<'channel:unsubscribe'>
  | Granted<'channel:change'>
  | Made

declare class InThisTransaction {
  private readonly made: true
}

/** A channel made in this transaction by whoever was granted to; only `insertChannel` makes one. */
export interface Made extends InThisTransaction {
  readonly action: 'channel:made'
  readonly granted: Granted<'channel:create'>
  readonly channelId: number
}

export function channelOf(seen: Seen): number {
  switch (seen.action) {
    case 'channel:made':
      return seen.channelId
    case 'channel:change':
    case 'channel:unsubscribe':
      return seen.object.channel.channelId
    default:
      return seen.object.channelId
  }
}

const one = prepared(channelQuery('streams.channels c WHERE c.org_id = $1 AND c.channel_id = $2'))

/** The channel that the proof is about. No channel's row is ever gone. */
export async function readChannel(tx: Tx, seen: Seen): Promise<ChannelRow> {
  return only(await tx.query(ChannelRow, one, [tx.org, channelOf(seen)]))
}

const shown = prepared(
  channelQuery(`streams.channels c WHERE c.org_id = $1 AND ${spectatorChannelsSql('c')}`),
)

/** The channels that spectators are shown, in the order of their ids. */
export const readShownChannels = (tx: Tx, { spectator }: Shown<'spectator:look'>): Promise<ChannelRow[]> =>
  tx.query(ChannelRow, shown, [spectator.orgId])

export interface NewChannel {
  readonly name: string
  readonly description: { readonly text: string; readonly rendered: string }
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number
  /** The group that each permission in it is given to. */
  readonly groups: ChannelGroups
  readonly folder: number | null
  /** For how many days it keeps its messages: -1 for ever, null as the organisation does. */
  readonly retention: number | null
  readonly topics: TopicsPolicy
  /** Are new accounts in it from the beginning? */
  readonly byDefault: boolean
}

/** Makes a channel and its recipient. @returns null where the name is taken in any spelling */
export async function insertChannel(
  tx: Tx,
  granted: Granted<'channel:create'>,
  channel: NewChannel,
): Promise<Made | null> {
  const kind = granted.object
  const [row] = await tx.query(
    z.object({ channel_id: z.int() }),
    `WITH drawn AS (SELECT nextval('streams.channel_ids')::integer AS id)
     INSERT INTO streams.channels (org_id, channel_id, recipient_id, name, name_key, description,
       rendered_description, invite_only, history_public_to_subscribers, is_web_public, creator_id, created_at,
       is_default, folder_id, message_retention_days, topics_policy, ${channelGroupSettings.join(', ')})
     SELECT $1, id, messaging.v1_open_channel($1, id), $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10 / 1000.0),
       $11, $12, $13, $14, ${channelGroupSettings.map((_, i) => `$${15 + i}`).join(', ')}
     FROM drawn
     ON CONFLICT (org_id, name_key) DO NOTHING
     RETURNING channel_id`,
    [
      tx.org,
      channel.name,
      channelNameKey(channel.name),
      channel.description.text,
      channel.description.rendered,
      kind.inviteOnly,
      kind.historyPublicToSubscribers,
      kind.isWebPublic,
      granted.actor.userId,
      channel.createdAt,
      channel.byDefault,
      channel.folder,
      channel.retention,
      channel.topics,
      ...channelGroupSettings.map((name) => channel.groups[name]),
    ],
  )
  return row ? ({ action: 'channel:made', granted, channelId: row.channel_id } as Made) : null
}

/** Is that user subscribed to the channel `c`? */
export const subscribedTo = (user: '$2' | '$9::integer'): string =>
  `EXISTS (SELECT FROM streams.subscriptions s
    WHERE s.org_id = c.org_id AND s.channel_id = c.channel_id AND s.user_id = ${user} AND s.active)`

/**
 * The rule as a condition on rows `c`, for the actor whose id is the query's second parameter.
 * @param groups the placeholder of the ids of the actor's groups
 */
export const rowsWhere = (rule: Predicate<ChannelAtom>, actor: Actor, groups: string): string =>
  predicateSql(rule, {
    'web-public': 'c.is_web_public',
    private: 'c.invite_only',
    'shared-history': 'c.history_public_to_subscribers',
    archived: 'c.archived',
    subscribed: subscribedTo('$2'),
    guest: String(isGuest(actor)),
    admin: String(isAdmin(actor)),
    ...channelPermissionsSql(actor, 'c', groups),
  })
