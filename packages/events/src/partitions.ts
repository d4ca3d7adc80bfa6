import type { Database } from '@parley/db'
import { z } from 'zod'

/** What one round of upkeep did, by names of partitions. */
export interface Tended {
  readonly made: readonly string[]
  readonly dropped: readonly string[]
  /** Old enough, but not published or not applied everywhere. */
  readonly kept: readonly string[]
}

const Made = z.object({ name: z.string() })
const Old = z.object({ name: z.string(), org_id: z.int().nullable(), seq: z.int().nullable() })
const Dropped = z.object({ dropped: z.boolean() })

/**
 * One round of the log's upkeep, as role svc_relay: makes partitions ahead and drops those that hold nothing younger
 * than `keepMs`, after each log's floor was raised over them. A partition that the relay or a consumer still needs
 * stays. May run in several processes at a time.
 * @param nowMs milliseconds since the Unix epoch
 */
export async function tendPartitions(database: Database, nowMs: number, keepMs: number): Promise<Tended> {
  const made = await database.once(Made, 'SELECT events.make_partitions($1) AS name', [new Date(nowMs)])
  const before = new Date(nowMs - keepMs)
  const old = await database.once(Old, 'SELECT name, org_id, seq FROM events.old_partitions($1)', [before])
  // One head at a time, so that no organisation waits for another.
  for (const { org_id, seq } of old)
    if (org_id !== null && seq !== null)
      await database.once(z.unknown(), 'UPDATE events.head SET floor = $2 WHERE org_id = $1 AND floor < $2', [
        org_id,
        seq,
      ])
  const outcome = { made: made.map((row) => row.name), dropped: [] as string[], kept: [] as string[] }
  for (const name of new Set(old.map((row) => row.name))) {
    const sql = 'SELECT events.drop_partition($1, $2) AS dropped'
    const [row] = await database.once(Dropped, sql, [name, before])
    outcome[row?.dropped ? 'dropped' : 'kept'].push(name)
  }
  return outcome
}
