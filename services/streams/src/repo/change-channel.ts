import { type ChannelGroups, channelGroupSettings, type Granted, type TopicsPolicy } from '@parley/access'
import { channelNameKey } from '@parley/api'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'
import type { LeftUnread } from '../rules/unread-events.ts'

/** What a channel becomes; null leaves as it is. Kind and archiving are the proof's. */
export interface ChannelSet {
  readonly name: string | null
  readonly description: { readonly text: string; readonly rendered: string } | null
  readonly isDefault: boolean | null
  /** The folder that it comes into; null takes it out of its own, and absent leaves it there. */
  readonly folder?: number | null | undefined
  /** For how many days it keeps its messages: -1 for ever, null as the organisation does; absent leaves it. */
  readonly retention?: number | null | undefined
  /** What it says of topics; absent leaves it. */
  readonly topics?: TopicsPolicy | undefined
  /** The group that each permission in it is given to. */
  readonly groups: ChannelGroups
}

/** Changes the channel of the proof. @returns whether it did: another one may have the name in some spelling */
export async function changeChannel(
  tx: Tx,
  granted: Granted<'channel:change'>,
  set: ChannelSet,
): Promise<boolean> {
  const { channel, kind, archived } = granted.object
  const rows = await tx.query(
    z.object({ channel_id: z.int() }),
    `UPDATE streams.channels c SET
       name = coalesce($3, name), name_key = coalesce($4, name_key),
       description = coalesce($5, description), rendered_description = coalesce($6, rendered_description),
       invite_only = coalesce($7, invite_only),
       history_public_to_subscribers = coalesce($8, history_public_to_subscribers),
       is_web_public = coalesce($9, is_web_public), archived = coalesce($10, archived),
       is_default = coalesce($11, is_default),
       folder_id = CASE WHEN $12::boolean THEN $13::integer ELSE folder_id END,
       message_retention_days = CASE WHEN $14::boolean THEN $15::integer ELSE message_retention_days END,
       topics_policy = coalesce($16, topics_policy),
       ${channelGroupSettings.map((name, i) => `${name} = $${i + 17}`).join(', ')}
     WHERE org_id = $1 AND channel_id = $2 AND NOT EXISTS (
       SELECT FROM streams.channels other
       WHERE other.org_id = $1 AND other.name_key = $4 AND other.channel_id <> $2)
     RETURNING channel_id`,
    [
      tx.org,
      channel.channelId,
      set.name,
      set.name === null ? null : channelNameKey(set.name),
      set.description?.text ?? null,
      set.description?.rendered ?? null,
      kind?.inviteOnly ?? null,
      kind?.historyPublicToSubscribers ?? null,
      kind?.isWebPublic ?? null,
      archived,
      set.isDefault,
      set.folder !== undefined,
      set.folder ?? null,
      set.retention !== undefined,
      set.retention ?? null,
      set.topics ?? null,
      ...channelGroupSettings.map((name) => set.groups[name]),
    ],
  )
  return rows.length > 0
}

/**
 * Has the channel messages with a topic? Where history is kept from newcomers nobody is told: there it never has.
 */
export async function hasTopics(tx: Tx, { object }: Granted<'channel:change'>): Promise<boolean> {
  const { channel, kind } = object
  if (!channel.historyPublicToSubscribers || kind?.historyPublicToSubscribers === false) return false
  const row = only(
    await tx.query(z.object({ there: z.boolean() }), 'SELECT messaging.v1_has_topics($1, $2) AS there', [
      tx.org,
      channel.channelId,
    ]),
  )
  return row.there
}

/** Ids of the channels that new accounts are in from the beginning, in order. All are public. */
export async function readDefaults(tx: Tx): Promise<number[]> {
  const rows = await tx.query(
    z.object({ channel_id: z.int() }),
    'SELECT channel_id FROM streams.channels WHERE org_id = $1 AND is_default ORDER BY channel_id',
    [tx.org],
  )
  return rows.map((row) => row.channel_id)
}

/** No setting of the organisation names the channel any longer. @returns which did */
export async function forgetChannel(tx: Tx, { object }: Granted<'channel:change'>): Promise<string[]> {
  const rows = await tx.query(
    z.object({ name: z.string() }),
    'SELECT name FROM auth.v1_forget_channel($1, $2) AS name',
    [tx.org, object.channel.channelId],
  )
  return rows.map((row) => row.name)
}

/**
 * Nothing of the channel is unread any longer to who is not in it, as it is closed: bots that were mentioned there. Takes the
 * head. @returns what was, `most` of it at most
 */
export async function readClosed(
  tx: Tx,
  { object }: Granted<'channel:change'>,
  most: number,
): Promise<LeftUnread[]> {
  const rows = await tx.query(
    z.object({ user_id: z.int(), message_ids: z.array(z.int()) }),
    'SELECT user_id, message_ids FROM messaging.v1_closed($1, $2, $3) ORDER BY user_id',
    [tx.org, object.channel.channelId, most],
  )
  return rows.map(({ user_id, message_ids }) => ({ userId: user_id, messages: message_ids }))
}
