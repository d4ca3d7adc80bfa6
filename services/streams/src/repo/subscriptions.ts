import { channelMetadata, type Granted } from '@parley/access'
import { type UserId, userId } from '@parley/core'
import { prepared, type Tx } from '@parley/db'
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
const Started = Subscribed.extend({ channel_id: z.int() })
export type Started = z.infer<typeof Started>

/** Who comes into a channel. */
export interface Entry {
  readonly userId: number
  /** Default colour, or the one that was asked for. */
  readonly color: string
  /** Does the colour replace one from an earlier stay? */
  readonly recolor: boolean
}

const start = (recolored: boolean): string =>
  prepared(`INSERT INTO streams.subscriptions AS s (org_id, channel_id, user_id, color, changed_at)
     SELECT $1, t.channel, t.person, t.color, to_timestamp($5 / 1000.0)
     FROM unnest($2::integer[], $3::integer[], $4::text[]) AS t (channel, person, color) ORDER BY t.channel, t.person
     ON CONFLICT (org_id, channel_id, user_id) DO UPDATE
       SET active = true, changed_at = excluded.changed_at, color = ${recolored ? 'excluded' : 's'}.color
       WHERE NOT s.active
     RETURNING ${['s.channel_id', 's.user_id', ...settingColumns].join(', ')}`)
const startAnew = start(true)
const startAsBefore = start(false)

/**
 * Subscribes people to channels; an earlier stay's settings are taken up again.
 * @param into for each of `entries` the proof of the channel that they come into
 * @param at milliseconds since the Unix epoch
 * @returns those who were not subscribed before, in the order of their ids
 */
export async function startSubscriptions(
  tx: Tx,
  into: readonly (Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made)[],
  entries: readonly Entry[],
  at: number,
): Promise<Started[]> {
  const all = into.flatMap((proof, i) => {
    const entry = entries[i]
    return entry ? [{ ...entry, channel: channelOf(proof) }] : []
  })
  const kinds = [
    { sql: startAnew, of: all.filter(({ recolor }) => recolor) },
    { sql: startAsBefore, of: all.filter(({ recolor }) => !recolor) },
  ]
  const rows = await Promise.all(
    kinds
      .filter(({ of }) => of.length > 0)
      .map(({ sql, of }) =>
        tx.query(Started, sql, [
          tx.org,
          of.map(({ channel }) => channel),
          of.map(({ userId: id }) => id),
          of.map(({ color }) => color),
          at,
        ]),
      ),
  )
  return rows.flat().sort((a, b) => a.user_id - b.user_id)
}

const Ended = z.object({ channel_id: z.int(), user_id: z.int() })
export type Ended = z.infer<typeof Ended>

/**
 * Ends the subscription of each proof.
 * @param at milliseconds since the Unix epoch
 * @returns those who were subscribed, in the order of their ids
 */
export async function endSubscriptions(
  tx: Tx,
  leaving: readonly Granted<'channel:unsubscribe'>[],
  at: number,
): Promise<Ended[]> {
  if (leaving.length === 0) return []
  const rows = await tx.query(
    Ended,
    prepared(`UPDATE streams.subscriptions AS s SET active = false, changed_at = to_timestamp($4 / 1000.0)
     FROM unnest($2::integer[], $3::integer[]) AS t (channel, person)
     WHERE s.org_id = $1 AND s.channel_id = t.channel AND s.user_id = t.person AND s.active
     RETURNING s.channel_id, s.user_id`),
    [
      tx.org,
      leaving.map(({ object }) => object.channel.channelId),
      leaving.map(({ object }) => object.subject.userId),
      at,
    ],
  )
  return rows.sort((a, b) => a.user_id - b.user_id)
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

const OccupiedRow = ChannelRow.extend({ subscriber_ids: z.array(z.int()), guest_ids: z.array(z.int()) })

const occupied =
  prepared(`SELECT one.*, inside.* FROM (${channelQuery('streams.channels c WHERE c.org_id = $1 AND c.channel_id = ANY ($2::integer[])')}) AS one
   CROSS JOIN LATERAL (
     SELECT coalesce(array_agg(s.user_id ORDER BY s.user_id), '{}') AS subscriber_ids,
       coalesce(array_agg(s.user_id) FILTER (WHERE a.role >= 600), '{}') AS guest_ids
     FROM streams.subscriptions s JOIN auth.v1_actors a USING (org_id, user_id)
     WHERE s.org_id = $1 AND s.channel_id = one.channel_id AND s.active AND a.is_active) AS inside`)

/** A channel with its active subscribers, in the order of their ids. */
export interface Occupied {
  readonly row: ChannelRow
  readonly subscribers: readonly { readonly user_id: number; readonly guest: boolean }[]
}

/** The channels of the proofs, by id, as `readChannel` and `readSubscribers` by one statement for all. */
export async function readOccupied(tx: Tx, seen: readonly Seen[]): Promise<Map<number, Occupied>> {
  if (seen.length === 0) return new Map()
  const rows = await tx.query(OccupiedRow, occupied, [tx.org, [...new Set(seen.map(channelOf))]])
  return new Map(
    rows.map((row) => {
      const guests = new Set(row.guest_ids)
      const subscribers = row.subscriber_ids.map((user_id) => ({ user_id, guest: guests.has(user_id) }))
      return [row.channel_id, { row, subscribers }]
    }),
  )
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
