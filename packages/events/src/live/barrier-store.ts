import type { OrgId, Seq } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { z } from 'zod'

/** A gateway that may act on what it holds in memory. */
export interface LiveLease {
  readonly gateway: string
  readonly epoch: number
}

/** The gateways' leases, as who waits for them sees them. */
export interface BarrierStore {
  /** Whoever holds a lease now. Who takes one later loads what is committed now. */
  live(): Promise<LiveLease[]>
  /**
   * Which of these have neither applied `seq` nor lapsed. With `write` the barrier is first put into their leases,
   * which are then not extended before it is applied.
   */
  unapplied(org: OrgId, seq: Seq, leases: readonly LiveLease[], write: boolean): Promise<Set<string>>
}

const LeaseRow = z.object({ gateway_id: z.string(), epoch: z.int() })
const UnappliedRow = z.object({ gateway_id: z.string() })

/** Over the pool of any service role. */
export function createBarrierStore<T extends Tx>(database: Database<T>): BarrierStore {
  return {
    async live() {
      const rows = await database.once(LeaseRow, 'SELECT gateway_id, epoch FROM gateway.v1_live_leases()')
      return rows.map((row) => ({ gateway: row.gateway_id, epoch: row.epoch }))
    },
    async unapplied(org, seq, leases, write) {
      const rows = await database.once(
        UnappliedRow,
        'SELECT gateway_id FROM gateway.v1_unapplied($1, $2, $3, $4, $5) AS gateway_id',
        [org, seq, leases.map((l) => l.gateway), leases.map((l) => l.epoch), write],
      )
      return new Set(rows.map((row) => row.gateway_id))
    },
  }
}
