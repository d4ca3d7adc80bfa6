import type { Pool, PoolClient } from 'pg'
import { rolledBack, stalePlan } from './failures.ts'

/** Connections of a pool, and work on those that know nothing from before a migration. */
export interface Fresh {
  /** @throws AppError UNAVAILABLE where none can be had */
  connect(): Promise<PoolClient>
  /** Works; where a statement was prepared before a migration, once more, on a connection made since. */
  onFresh<R>(work: () => Promise<R>): Promise<R>
}

/** A connection that knows a statement from before a migration knows others: all from before are replaced. */
export function freshFrom(pool: Pool): Fresh {
  const madeIn = new WeakMap<PoolClient, number>()
  let age = 0
  const take = async (): Promise<PoolClient> => {
    try {
      return await pool.connect()
    } catch (error) {
      throw rolledBack(error)
    }
  }
  return {
    async connect() {
      for (;;) {
        const client = await take()
        const made = madeIn.get(client) ?? age
        madeIn.set(client, made)
        if (made === age) return client
        client.release(true)
      }
    },
    async onFresh(work) {
      const before = age
      try {
        return await work()
      } catch (error) {
        if (!stalePlan(error)) throw error
        // Whoever was refused meanwhile has said so already.
        if (age === before) age++
        return work()
      }
    },
  }
}
