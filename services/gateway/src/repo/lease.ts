import { type Database, only } from '@parley/db'
import { z } from 'zod'
import type { LeaseStore } from '../live/lease.ts'

const Renewed = z.object({ extended: z.boolean(), barriers: z.record(z.string(), z.int()) })

/** The lease of one gateway; `gateway` names this process alone. */
export function leaseStore(database: Database, gateway: string): LeaseStore {
  const interval = (ms: number): string => `${ms} milliseconds`
  return {
    async take(ttlMs) {
      const row = only(
        await database.once(
          z.object({ epoch: z.int() }),
          'SELECT gateway.take_lease($1, $2::interval) AS epoch',
          [gateway, interval(ttlMs)],
        ),
      )
      return row.epoch
    },
    async renew(epoch, ttlMs, applied) {
      const [row] = await database.once(
        Renewed,
        'SELECT extended, barriers FROM gateway.renew_lease($1, $2, $3::interval, $4)',
        [gateway, epoch, interval(ttlMs), JSON.stringify(Object.fromEntries(applied))],
      )
      if (!row) return null
      const barriers = Object.entries(row.barriers).map(([org, seq]) => [Number(org), seq] as const)
      return { extended: row.extended, barriers: new Map(barriers) }
    },
    async end(epoch) {
      await database.once(z.unknown(), 'SELECT gateway.end_lease($1, $2)', [gateway, epoch])
    },
  }
}
