import { channelMetadata, type Granted } from '@parley/access'
import { type UserId, userId } from '@parley/core'
import { only, prepared, type Tx } from '@parley/db'
import { z } from 'zod'
import { channelQuery, ChannelRow } from './channel-row.ts'
import { channelOf, type Made, rowsWhere, type Seen } from './channels.ts'

const Settings = z.object({
  color: z.string(),
  is_muted: z.boolean(),
  pin_to_top: z.boolean(),
  desktop_notifications: z.boolean().nullable(),
  audible_notifications: z.boolean().nullable(),
  push_notifications: z.boolean().nullable(),
  email_notifications: z.boolean().nullable(),
  wildcard_mentions_notify: z.boolean().nullable(),
})
/** What one person set for one channel. */
export type SettingsRow = z.infer<typeof Settings>

const settingColumns = [
  's.color',
  's.is_muted',
  's.pin_to_top',
  's.desktop_notifications',
  's.audible_notifications',
  's.push_notifications',
  's.email_notifications',
  's.wildcard_mentions_notify',
]

const Subscribed = Settings.extend({ user_id: z.int() })
export type Subscribed = z.infer<typeof Subscribed>

export interface Entry {
  /** Default colour, or the one that was asked for. */
  readonly color: string
  /** Does the colour replace one from an earlier stay? */
  readonly recolor: boolean
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/**
 * Subscribes people to the channel of the proof; an earlier stay's settings are taken up again.
 * @returns those who were not subscribed before, in the order of their ids
 */
export async function startSubscriptions(
  tx: Tx,
  into: Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made,
  userIds: readonly number[],
  entry: Entry,
): Promise<Subscribed[]> {
  const rows = await tx.query(
    Subscribed,
    prepared(`INSERT INTO streams.subscriptions AS s (org_id, channel_id, user_id, color, changed_at)
     SELECT $1, $2, u, $4, to_timestamp($5 / 1000.0) FROM unnest($3::integer[]) AS u ORDER BY u
     ON CONFLICT (org_id, channel_id, user_id) DO UPDATE
       SET active = true, changed_at = excluded.changed_at,
           color = CASE WHEN $6 THEN excluded.color ELSE s.color END
       WHERE NOT s.active
     RETURNING ${['s.user_id', ...settingColumns].join(', ')}`),
    [tx.org, channelOf(into), userIds, entry.color, entry.at, entry.recolor],
  )
  return rows.sort((a, b) => a.user_id - b.user_id)
}

/** Ends the subscription of each proof. All are of one channel. @returns those who were subscribed */
export async function endSubscriptions(
  tx: Tx,
  leaving: readonly Granted<'channel:unsubscribe'>[],
  at: number,
): Promise<number[]> {
  const [first] = leaving
  if (!first) return []
  const { channelId } = first.object.channel
  const users = leaving
    .filter((granted) => granted.object.channel.channelId === channelId)
    .map((granted) => granted.object.subject.userId)
  const rows = await tx.query(
    z.object({ user_id: z.int() }),
    prepared(`UPDATE streams.subscriptions SET active = false, changed_at = to_timestamp($4 / 1000.0)
     WHERE org_id = $1 AND channel_id = $2 AND user_id = ANY ($3::integer[]) AND active
     RETURNING user_id`),
    [tx.org, channelId, users, at],
  )
  return rows.map((row) => row.user_id).sort((a, b) => a - b)
}

const Subscriber = z.object({ channel_id: z.int(), user_id: z.int(), guest: z.boolean() })

/** Active accounts that are in the channel of the proof or have been, in the order of their ids. */
export async function readEverIn(tx: Tx, seen: Seen): Promise<UserId[]> {
  const rows = await tx.query(
    z.object({ id: z.int() }),
    `SELECT s.user_id AS id FROM streams.subscriptions s JOIN auth.v1_actors a USING (org_id, user_id)
     WHERE s.org_id = $1 AND s.channel_id = $2 AND a.is_active ORDER BY s.user_id`,
    [tx.org, channelOf(seen)],
  )
  return rows.map(({ id }) => userId(id))
}

/** Active subscribers of the channel of the proof, in the order of their ids. */
export async function readSubscribers(
  tx: Tx,
  seen: Seen,
): Promise<{ readonly user_id: number; readonly guest: boolean }[]> {
  return tx.query(
    Subscriber,
    prepared(`SELECT s.channel_id, s.user_id, a.role >= 600 AS guest
     FROM streams.subscriptions s JOIN auth.v1_actors a USING (org_id, user_id)
     WHERE s.org_id = $1 AND s.channel_id = $2 AND s.active AND a.is_active ORDER BY s.user_id`),
    [tx.org, channelOf(seen)],
  )
}

const Occupied = ChannelRow.extend({ subscriber_ids: z.array(z.int()), guest_ids: z.array(z.int()) })

const occupied =
  prepared(`SELECT one.*, inside.* FROM (${channelQuery('streams.channels c WHERE c.org_id = $1 AND c.channel_id = $2')}) AS one
   CROSS JOIN LATERAL (
     SELECT coalesce(array_agg(s.user_id ORDER BY s.user_id), '{}') AS subscriber_ids,
       coalesce(array_agg(s.user_id) FILTER (WHERE a.role >= 600), '{}') AS guest_ids
     FROM streams.subscriptions s JOIN auth.v1_actors a USING (org_id, user_id)
     WHERE s.org_id = $1 AND s.channel_id = $2 AND s.active AND a.is_active) AS inside`)

/** The channel of the proof with its active subscribers, as `readChannel` and `readSubscribers` by one statement. */
export async function readOccupied(
  tx: Tx,
  seen: Seen,
): Promise<{
  readonly row: ChannelRow
  readonly subscribers: { readonly user_id: number; readonly guest: boolean }[]
}> {
  const found = only(await tx.query(Occupied, occupied, [tx.org, channelOf(seen)]))
  const guests = new Set(found.guest_ids)
  return {
    row: found,
    subscribers: found.subscriber_ids.map((user_id) => ({ user_id, guest: guests.has(user_id) })),
  }
}

/** Active subscribers, by channel, of those of these channels that the actor may know of. */
export async function readKnownSubscribers(
  tx: Tx,
  granted: Granted<'channel:list'>,
  channelIds: readonly number[],
): Promise<ReadonlyMap<number, number[]>> {
  const rows = await tx.query(
    z.object({ channel_id: z.int(), user_ids: z.array(z.int()) }),
    `SELECT c.channel_id, array_agg(m.user_id ORDER BY m.user_id) AS user_ids
     FROM streams.channels c
     JOIN streams.subscriptions m ON m.org_id = c.org_id AND m.channel_id = c.channel_id AND m.active
     JOIN auth.v1_actors a ON a.org_id = m.org_id AND a.user_id = m.user_id AND a.is_active
     WHERE c.org_id = $1 AND c.channel_id = ANY ($3::integer[]) AND ${rowsWhere(channelMetadata, granted.actor, '$4')}
     GROUP BY c.channel_id`,
    [tx.org, granted.actor.userId, channelIds, [...granted.actor.groups]],
  )
  return new Map(rows.map((row) => [row.channel_id, row.user_ids]))
}

const Own = ChannelRow.extend(Settings.shape).extend({ active: z.boolean() })
export type OwnSubscription = z.infer<typeof Own>

/** The actor's subscriptions, ended ones to channels that they may still know of included. */
export async function readOwnSubscriptions(
  tx: Tx,
  granted: Granted<'channel:list'>,
): Promise<OwnSubscription[]> {
  return tx.query(
    Own,
    channelQuery(
      `streams.subscriptions s JOIN streams.channels c USING (org_id, channel_id)
       WHERE s.org_id = $1 AND s.user_id = $2 AND ${rowsWhere(channelMetadata, granted.actor, '$3')}`,
      [...settingColumns, 's.active'],
    ),
    [tx.org, granted.actor.userId, [...granted.actor.groups]],
  )
}

/** Active subscribers of the channel of the proof with their settings, in the order of their ids. */
export async function readSettings(tx: Tx, granted: Granted<'channel:change'>): Promise<Subscribed[]> {
  return tx.query(
    Subscribed,
    `SELECT ${['s.user_id', ...settingColumns].join(', ')}
     FROM streams.subscriptions s JOIN auth.v1_actors a USING (org_id, user_id)
     WHERE s.org_id = $1 AND s.channel_id = $2 AND s.active AND a.is_active ORDER BY s.user_id`,
    [tx.org, granted.object.channel.channelId],
  )
}

/** Ids, ascending, of the channels in use that a person is in and the actor may know of. */
export async function readKnownChannelsOf(
  tx: Tx,
  granted: Granted<'channel:list'>,
  user: number,
): Promise<number[]> {
  const rows = await tx.query(
    z.object({ channel_id: z.int() }),
    `SELECT c.channel_id FROM streams.subscriptions m JOIN streams.channels c USING (org_id, channel_id)
     WHERE m.org_id = $1 AND m.user_id = $3::bigint AND m.active AND NOT c.archived
       AND ${rowsWhere(channelMetadata, granted.actor, '$4')}
     ORDER BY c.channel_id`,
    [tx.org, granted.actor.userId, user, [...granted.actor.groups]],
  )
  return rows.map((row) => row.channel_id)
}
