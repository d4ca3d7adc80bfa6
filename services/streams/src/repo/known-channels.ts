import { channelContent, channelGroupSettings, channelMetadata, type Granted } from '@parley/access'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'
import { type ChannelRow, SettingValue, standingColumns, StandingRow } from './channel-row.ts'
import { rowsWhere, subscribedTo } from './channels.ts'
import type { Standing, StandingChannels } from './standing-channels.ts'

/** Which of the channels that the actor may know of a list has; a channel is in it where any source has it. */
export interface ChannelSources {
  /** All of them. */
  readonly all: boolean
  readonly public: boolean
  readonly webPublic: boolean
  readonly subscribed: boolean
  /** Those whose messages the actor may read. */
  readonly readable: boolean
  /** Those that the owner of this bot is subscribed to. */
  readonly ownerSubscribed: boolean
  readonly archived: boolean
}

/** A channel of a list: its row, shared by all lists that have it, and what was counted for this one. */
export interface KnownChannel extends Pick<
  ChannelRow,
  'subscriber_count' | 'first_message_id' | 'last_sent_at' | 'setting_values'
> {
  readonly standing: Standing
}

const Numbers = z.custom<readonly number[]>((list) => Array.isArray(list) && list.every(Number.isSafeInteger))
const NumbersOrNull = z.custom<readonly (number | null)[]>(
  (list) => Array.isArray(list) && list.every((n) => n === null || Number.isSafeInteger(n)),
)
/** By column: thousands of rows of five numbers are read several times as fast so. */
const Listed = z.object({
  since: z.string(),
  ids: Numbers,
  versions: Numbers,
  subscribers: Numbers,
  first: NumbersOrNull,
  last: NumbersOrNull,
})
type Listed = z.infer<typeof Listed>

/**
 * The channels of those sources, in the order of their ids; the predicate of `channel:know` holds for each. Rows that
 * `remembered` holds in the state of this transaction, which only reads, are not read again.
 */
export async function readKnownChannels(
  tx: Tx,
  granted: Granted<'channel:list'>,
  sources: ChannelSources,
  remembered: StandingChannels,
): Promise<KnownChannel[]> {
  const listed = await readListed(tx, granted, sources)
  remembered.startedAt(listed.since)
  const standing = listed.ids.map((id, i) => remembered.get(tx.org, id, listed.versions[i] ?? 0))
  const missing = listed.ids.filter((_, i) => standing[i] === undefined)
  const read = missing.length > 0 ? await readStanding(tx, granted, missing, remembered) : noneRead
  const values = await readValues(tx, granted, inPlaceOf([...standing, ...read.values()]))
  return listed.ids.flatMap((id, i) => {
    const found = standing[i] ?? read.get(id)
    // Every row of the list is there: both statements read one instant.
    return found ? [knownChannel(found, listed, i, values)] : []
  })
}

const noneRead: ReadonlyMap<number, Standing> = new Map()
const noValues: ChannelRow['setting_values'] = {}

function knownChannel(
  standing: Standing,
  { subscribers, first, last }: Listed,
  i: number,
  values: ReadonlyMap<number, SettingValue>,
): KnownChannel {
  const inPlace = standing.inPlace.map((name): [number, SettingValue] => {
    const group = standing.row[name]
    return [group, values.get(group) ?? { direct_members: [], direct_subgroups: [] }]
  })
  return {
    standing,
    subscriber_count: subscribers[i] ?? 0,
    first_message_id: first[i] ?? null,
    last_sent_at: last[i] ?? null,
    setting_values: inPlace.length > 0 ? Object.fromEntries(inPlace) : noValues,
  }
}

async function readListed(
  tx: Tx,
  { actor }: Granted<'channel:list'>,
  sources: ChannelSources,
): Promise<Listed> {
  const rows = await tx.query(
    Listed,
    `WITH listed AS MATERIALIZED (
       SELECT c.channel_id, c.xmin::text::bigint AS version FROM streams.channels c
       WHERE c.org_id = $1 AND ${rowsWhere(channelMetadata, actor, '$11')}
         AND ($3::boolean
           OR ($4::boolean AND NOT c.invite_only)
           OR ($5::boolean AND c.is_web_public)
           OR ($6::boolean AND ${subscribedTo('$2')})
           OR ($7::boolean AND ${rowsWhere(channelContent, actor, '$11')})
           OR ($8::boolean AND ${subscribedTo('$9::integer')}))
         AND ($10::boolean OR NOT c.archived)),
     counted AS (
       SELECT l.channel_id, l.version, coalesce(counts.subscribers, 0) AS subscribers, active.first_message_id,
         extract(epoch FROM active.last_sent_at)::bigint AS last_sent_at
       FROM listed l
       LEFT JOIN streams.subscriber_counts counts ON counts.org_id = $1 AND counts.channel_id = l.channel_id
       LEFT JOIN messaging.v1_channel_activity active ON active.org_id = $1 AND active.channel_id = l.channel_id
       ORDER BY l.channel_id)
     SELECT pg_postmaster_start_time()::text AS since, coalesce(json_agg(channel_id), '[]') AS ids,
       coalesce(json_agg(version), '[]') AS versions, coalesce(json_agg(subscribers), '[]') AS subscribers,
       coalesce(json_agg(first_message_id), '[]') AS first, coalesce(json_agg(last_sent_at), '[]') AS last
     FROM counted`,
    [
      tx.org,
      actor.userId,
      sources.all,
      sources.public,
      sources.webPublic,
      sources.subscribed,
      sources.readable,
      sources.ownerSubscribed,
      actor.isBot ? actor.botOwnerId : null,
      sources.archived,
      [...actor.groups],
    ],
  )
  return only(rows)
}

/** The rows of channels that a list of this transaction has. */
async function readStanding(
  tx: Tx,
  granted: Granted<'channel:list'>,
  ids: readonly number[],
  remembered: StandingChannels,
): Promise<Map<number, Standing>> {
  const rows = await tx.query(
    StandingRow.extend({ version: z.int() }),
    `SELECT ${standingColumns}, c.xmin::text::bigint AS version
     FROM streams.channels c WHERE c.org_id = $1 AND c.channel_id = ANY ($2::integer[])`,
    [tx.org, ids],
  )
  const groups = new Set(rows.flatMap((row) => channelGroupSettings.map((name) => row[name])))
  const inPlace = new Set((await readValues(tx, granted, groups)).keys())
  return new Map(
    rows.map(({ version, ...row }) => [row.channel_id, remembered.set(tx.org, row, version, inPlace)]),
  )
}

function inPlaceOf(all: readonly (Standing | undefined)[]): Set<number> {
  const groups = new Set<number>()
  for (const standing of all) for (const name of standing?.inPlace ?? []) groups.add(standing?.row[name] ?? 0)
  return groups
}

/** What those of these groups consist of that have no name. */
async function readValues(
  tx: Tx,
  _granted: Granted<'channel:list'>,
  groups: ReadonlySet<number>,
): Promise<Map<number, SettingValue>> {
  if (groups.size === 0) return new Map()
  const rows = await tx.query(
    SettingValue.extend({ group_id: z.int() }),
    'SELECT group_id, direct_members, direct_subgroups FROM auth.v1_setting_values($1, $2::integer[])',
    [tx.org, [...groups]],
  )
  return new Map(rows.map(({ group_id, ...value }) => [group_id, value]))
}
