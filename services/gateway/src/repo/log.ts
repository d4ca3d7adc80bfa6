import { channelId, orgId, type Seq, seq, userId } from '@parley/core'
import type { Database } from '@parley/db'
import { type LoggedEvent, readAddressed, readHead, readLog } from '@parley/events'
import { z } from 'zod'
import type { AudienceReader } from '../live/catch-up.ts'
import { effectOf, membershipTypes } from '../live/effect.ts'
import type { LogReader } from '../live/feed.ts'
import type { LogEvent } from '../live/log-event.ts'
import type { Move } from '../live/visibility.ts'

/** An event as live delivery works with it. */
export const fromLog = (event: LoggedEvent): LogEvent => ({
  seq: event.seq,
  type: event.type,
  body: event.body,
  userIds: event.users,
  channelId: event.channel,
  revokes: event.revokes,
})

const end: Seq = seq(Number.MAX_SAFE_INTEGER)
const PlaceRow = z.object({ id: z.int(), channel: z.int(), held: z.boolean(), seq: z.coerce.number() })
const MoveRow = z.object({ seq: z.int(), type: z.string(), body: z.unknown() })

/** A log from one place to the next. */
export const logReader = (database: Database): LogReader => ({
  after: (org, after, limit) =>
    database.read(orgId(org), async (tx) => (await readLog(tx, seq(after), end, limit)).map(fromLog)),
})

/** A log as one user's queue reads it. */
export function audienceReader(database: Database): AudienceReader {
  return {
    ends: (org) =>
      database.read(orgId(org), async (tx) => {
        const head = await readHead(tx)
        return { seq: head?.seq ?? 0, floor: head?.floor ?? 0 }
      }),
    moves: ({ org, user, after, upTo }) =>
      database.read(orgId(org), async (tx) => {
        const rows = await tx.query(
          MoveRow,
          `SELECT seq, type, body FROM events.log
           WHERE org_id = $1 AND seq > $2 AND seq <= $3 AND user_ids @> ARRAY[$4::int] AND type = ANY ($5)
           ORDER BY seq`,
          [org, after, upTo, user, membershipTypes],
        )
        return rows.flatMap((row) => moveOf(row))
      }),
    count: ({ org, user, channels, after, upTo }, limit) =>
      database.read(orgId(org), async (tx) => {
        // Bodies stay where they are: this may be twenty thousand rows.
        const [row] = await tx.query(
          z.object({ n: z.int() }),
          `SELECT count(*) AS n FROM (
             SELECT FROM events.log WHERE org_id = $1 AND seq > $2 AND seq <= $3 AND (
               user_ids @> ARRAY[$4::int] OR channel_id = ANY ($5::int[])
               OR (channel_id IS NULL AND user_ids = '{}'))
             LIMIT $6) AS addressed`,
          [org, after, upTo, user, channels, limit],
        )
        return row?.n ?? 0
      }),
    places: (org, user, messages) =>
      database.read(orgId(org), async (tx) => {
        const rows = await tx.query(
          PlaceRow,
          `SELECT w.message_id AS id, w.channel_id AS channel, w.held, h.seq
             FROM events.head h CROSS JOIN messaging.v1_relocated($1, $2, $3) AS w WHERE h.org_id = $1`,
          [org, user, messages],
        )
        return {
          seq: rows[0]?.seq ?? null,
          of: new Map(
            rows.map(({ id, channel, held }) => [id, { channel, holders: held ? null : new Set<number>() }]),
          ),
        }
      }),
    events: ({ org, user, channels, after, upTo }, limit) =>
      database.read(orgId(org), async (tx) => {
        const found = await readAddressed(tx, {
          user: userId(user),
          channels: channels.map(channelId),
          after: seq(after),
          to: seq(upTo),
          limit,
        })
        return found.map(fromLog)
      }),
  }
}

function moveOf({ seq, type, body }: z.infer<typeof MoveRow>): Move[] {
  const effect = effectOf({ seq, type, body, userIds: [], channelId: null, revokes: false })
  return effect?.kind === 'joined' || effect?.kind === 'left' || effect?.kind === 'withheld'
    ? [{ seq, kind: effect.kind, channel: effect.channel }]
    : []
}
