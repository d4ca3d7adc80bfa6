import { orgId, type OrgId, seq, type Seq } from '@parley/core'
import { type Database, prepared, type Tx } from '@parley/db'
import { z } from 'zod'
import { type LoggedEvent, LogRow } from '../read-log.ts'

const Place = z.object({ seq: z.int().nullable() })

/** How far the consumer has applied the organisation's log; nobody else applies until the transaction ends. */
export async function takeInbox(tx: Tx, consumer: string): Promise<Seq> {
  const [row] = await tx.query(Place, prepared('SELECT events.take_inbox($1, $2) AS seq'), [consumer, tx.org])
  return seq(row?.seq ?? 0)
}

/** Writes down that everything up to `to` is applied: in the transaction of the effect, so each has its effect once. */
export async function noteApplied(tx: Tx, consumer: string, to: Seq): Promise<void> {
  await tx.execute(prepared('SELECT events.note_applied($1, $2, $3)'), [consumer, tx.org, to])
}

/** The events of some types after `after`, up to and with `to`, in order. */
export async function readTypes(
  tx: Tx,
  types: readonly string[],
  after: Seq,
  to: Seq,
): Promise<LoggedEvent[]> {
  return tx.query(
    LogRow,
    prepared(`SELECT seq, at, type, body, user_ids, channel_id, rights_after, revokes FROM events.log
      WHERE org_id = $1 AND seq > $2 AND seq <= $3 AND type = ANY ($4) ORDER BY seq`),
    [tx.org, after, to, types],
  )
}

/** The organisations whose log reaches further than the consumer has applied, and how far. */
export async function readBehind(database: Database, consumer: string): Promise<{ org: OrgId; seq: Seq }[]> {
  const row = z.object({ org_id: z.int(), seq: z.int() })
  const rows = await database.once(row, 'SELECT org_id, seq FROM events.behind($1)', [consumer])
  return rows.map((r) => ({ org: orgId(r.org_id), seq: seq(r.seq) }))
}
