import { type OrgId, orgId } from '@parley/core'
import type { Database } from '@parley/db'
import { z } from 'zod'
import { RunRow, type TextEvent } from '../read-log.ts'
import type { Asked } from './lanes.ts'

/** The relay's side of Postgres, as role svc_relay. Every method fails with UNAVAILABLE where it is not there. */
export interface LogSource {
  /** Takes the shard where nobody holds it. @returns the epoch; null where another relay holds it */
  takeLease(shard: number, ttlMs: number): Promise<number | null>
  /** @returns false where another relay has taken it */
  renewLease(shard: number, epoch: number, ttlMs: number): Promise<boolean>
  endLease(shard: number, epoch: number): Promise<void>
  /** Organisations of the shard whose log reaches further (to `seq`) than is written down as published. */
  unpublished(shard: number): Promise<{ org: OrgId; seq: number }[]>
  /** All organisations of the shard that have events. */
  all(shard: number): Promise<OrgId[]>
  /** The next events of each, at most `limit` per organisation, in one statement. */
  readRuns(asked: readonly Pick<Asked, 'org' | 'after'>[], limit: number): Promise<Map<OrgId, TextEvent[]>>
  /** How far the organisation's log is written down as published. */
  publishedOf(org: OrgId): Promise<number>
  /** Writes down how far is published. @returns false where another relay has taken the shard */
  notePublished(
    shard: number,
    epoch: number,
    places: readonly { readonly org: OrgId; readonly seq: number }[],
  ): Promise<boolean>
}

const OrgRow = z.object({ org_id: z.int() })

/** @param shards how many there are: an organisation is in shard `org mod shards` */
export function createLogSource(database: Database, holder: string, shards: number): LogSource {
  const ms = (n: number): string => `${n} milliseconds`
  return {
    async takeLease(shard, ttlMs) {
      const row = z.object({ epoch: z.int().nullable() })
      const sql = 'SELECT events.take_lease($1, $2, $3::interval) AS epoch'
      const [lease] = await database.once(row, sql, [shard, holder, ms(ttlMs)])
      return lease?.epoch ?? null
    },
    async renewLease(shard, epoch, ttlMs) {
      const sql = 'SELECT events.renew_lease($1, $2, $3::interval) AS held'
      const [lease] = await database.once(z.object({ held: z.boolean() }), sql, [shard, epoch, ms(ttlMs)])
      return lease?.held ?? false
    },
    async endLease(shard, epoch) {
      await database.once(z.unknown(), 'SELECT events.end_lease($1, $2)', [shard, epoch])
    },
    async unpublished(shard) {
      const row = OrgRow.extend({ seq: z.int() })
      const sql = 'SELECT org_id, seq FROM events.unpublished($1, $2)'
      const rows = await database.once(row, sql, [shard, shards])
      return rows.map(({ org_id, seq }) => ({ org: orgId(org_id), seq }))
    },
    async all(shard) {
      const sql = 'SELECT org_id FROM events.head WHERE org_id % $2 = $1 AND seq > 0'
      return (await database.once(OrgRow, sql, [shard, shards])).map((row) => orgId(row.org_id))
    },
    async readRuns(asked, limit) {
      const rows = await database.once(RunRow, 'SELECT * FROM events.read_runs($1, $2, $3)', [
        asked.map((a) => a.org),
        asked.map((a) => a.after),
        limit,
      ])
      const runs = new Map<OrgId, TextEvent[]>()
      for (const { org, event } of rows) {
        const run = runs.get(org)
        if (run) run.push(event)
        else runs.set(org, [event])
      }
      return runs
    },
    async publishedOf(org) {
      const sql = 'SELECT seq FROM events.published WHERE org_id = $1'
      const [row] = await database.once(z.object({ seq: z.int() }), sql, [org])
      return row?.seq ?? 0
    },
    async notePublished(shard, epoch, places) {
      const sql = 'SELECT events.note_published($1, $2, $3, $4) AS held'
      const [noted] = await database.once(z.object({ held: z.boolean() }), sql, [
        shard,
        epoch,
        places.map((p) => p.org),
        places.map((p) => p.seq),
      ])
      return noted?.held ?? false
    },
  }
}
