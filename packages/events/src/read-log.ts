import {
  channelId,
  type ChannelId,
  orgId,
  type OrgId,
  rights,
  type Rights,
  seq,
  type Seq,
  userId,
  type UserId,
} from '@parley/core'
import { lastly, prepared, type Tx } from '@parley/db'
import { z } from 'zod'

/** An event as the log holds it. */
export interface LoggedEvent {
  readonly seq: Seq
  /** When it was appended: milliseconds since the Unix epoch, by the database's clock. Never an order. */
  readonly at: number
  readonly type: string
  readonly body: unknown
  readonly users: readonly UserId[]
  readonly channel: ChannelId | null
  /** The organisation's rights once this event is applied. */
  readonly rights: Rights
  readonly revokes: boolean
}

/** Consecutive events of one organisation. */
export interface Run {
  readonly org: OrgId
  readonly events: readonly LoggedEvent[]
}

/** An event whose body is still the text it was written as: JSON. */
export type TextEvent = Omit<LoggedEvent, 'body'> & { readonly body: string }

const Columns = z.object({
  seq: z.int(),
  at: z.date(),
  type: z.string(),
  user_ids: z.array(z.int()),
  channel_id: z.int().nullable(),
  rights_after: z.int(),
  revokes: z.boolean(),
})

const eventOf = <B>({ body, ...row }: z.output<typeof Columns> & { readonly body: B }) => ({
  seq: seq(row.seq),
  at: row.at.getTime(),
  type: row.type,
  body,
  users: row.user_ids.map(userId),
  channel: row.channel_id === null ? null : channelId(row.channel_id),
  rights: rights(row.rights_after),
  revokes: row.revokes,
})

/** A row of events.log. */
export const LogRow = Columns.extend({ body: z.unknown() }).transform((row): LoggedEvent => eventOf(row))

/** A row of events.read_runs, with the organisation whose log it is in. */
export const RunRow = Columns.extend({ org_id: z.int(), body: z.string() }).transform(
  ({ org_id, ...row }): { readonly org: OrgId; readonly event: TextEvent } => ({
    org: orgId(org_id),
    event: eventOf(row),
  }),
)

const columns = 'seq, at, type, body, user_ids, channel_id, rights_after, revokes'

/**
 * The organisation's events after `after`, up to and with `to`, in order and at most `limit`.
 * What lies at or below the log's floor is no longer there: see `readHead`. The last statement of its transaction.
 */
export async function readLog(tx: Tx, after: Seq, to: Seq, limit = 1000): Promise<LoggedEvent[]> {
  const sql = `SELECT ${columns} FROM events.log WHERE org_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4`
  return lastly(tx, LogRow, prepared(sql), [tx.org, after, to, limit])
}

/** Who catches up: what is addressed to the user, to their channels or to everybody. */
export interface CatchUp {
  readonly user: UserId
  readonly channels: readonly ChannelId[]
  readonly after: Seq
  readonly to: Seq
  readonly limit: number
}

/** The events addressed to one user, in order. Whether they may see each is for the caller. */
export async function readAddressed(
  tx: Tx,
  { user, channels, after, to, limit }: CatchUp,
): Promise<LoggedEvent[]> {
  return tx.query(
    LogRow,
    // No index knows audiences: row-level security would let none of arrays be used.
    `SELECT ${columns} FROM events.log WHERE org_id = $1 AND seq > $2 AND seq <= $3 AND (
         channel_id = ANY ($5::int[]) OR user_ids @> ARRAY[$4::int] OR (channel_id IS NULL AND user_ids = '{}'))
       ORDER BY seq LIMIT $6`,
    [tx.org, after, to, user, channels, limit],
  )
}

/** The ends of the organisation's log: what lies in `floor < seq <= head` is there. */
export interface Head {
  readonly seq: Seq
  readonly rights: Rights
  readonly floor: Seq
}

const HeadRow = z.object({ seq: z.int(), rights: z.int(), floor: z.int() })

/** The head in the transaction's snapshot; null where the organisation does not exist. */
export async function readHead(tx: Tx): Promise<Head | null> {
  const [row] = await tx.query(HeadRow, 'SELECT seq, rights, floor FROM events.head WHERE org_id = $1', [
    tx.org,
  ])
  return row ? { seq: seq(row.seq), rights: rights(row.rights), floor: seq(row.floor) } : null
}

const Wire = z.object({
  org: z.int(),
  from: z.int(),
  to: z.int(),
  events: z.array(
    z.object({
      seq: z.int(),
      at: z.int(),
      type: z.string(),
      body: z.unknown(),
      users: z.array(z.int()),
      channel: z.int().nullable(),
      rights: z.int(),
      revokes: z.boolean(),
    }),
  ),
})

/** A run as one NATS message. Bodies go as they are: most of a run is their text. */
export function encodeRun(org: OrgId, events: readonly TextEvent[]): Uint8Array {
  const texts = events.map(({ body, ...event }) => `${JSON.stringify(event).slice(0, -1)},"body":${body}}`)
  const [from, to] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0]
  return new TextEncoder().encode(`{"org":${org},"from":${from},"to":${to},"events":[${texts.join(',')}]}`)
}

/** @throws where the bytes are no run of consecutive events: a fault of the publisher */
export function decodeRun(bytes: Uint8Array): Run {
  const { org, from, events } = Wire.parse(JSON.parse(new TextDecoder().decode(bytes)))
  if (events.length === 0 || events.some((e, i) => e.seq !== from + i)) throw new TypeError('not a run')
  return {
    org: orgId(org),
    events: events.map((e) => ({
      ...e,
      seq: seq(e.seq),
      users: e.users.map(userId),
      channel: e.channel === null ? null : channelId(e.channel),
      rights: rights(e.rights),
    })),
  }
}
