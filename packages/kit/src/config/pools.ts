/** Processes that hold a pool of Postgres connections. */
export interface Pool {
  readonly name: string
  /** Connections of one instance (PG_POOL). */
  readonly size: number
  readonly instances: number
}

export interface PoolsChecked {
  /** Connections that all instances together may open. */
  readonly needed: number
  /** Connections that the server has for them. */
  readonly available: number
  /** What to change; null where it fits. */
  readonly problem: string | null
}

/** Kept free for migrations, the command and the server's own superuser connections. */
const kept = 10

/** Do the pools of all instances fit into the server's `max_connections`? */
export function checkPools(pools: readonly Pool[], maxConnections: number): PoolsChecked {
  const needed = pools.reduce((sum, { size, instances }) => sum + size * instances, 0)
  const available = maxConnections - kept
  const parts = pools.map(({ name, size, instances }) => `${name} ${instances} x ${size}`).join(', ')
  const problem =
    needed <= available
      ? null
      : `pools need ${needed} connections (${parts}), the server has ${available} for them: ` +
        `lower PG_POOL or raise max_connections to at least ${needed + kept}`
  return { needed, available, problem }
}
