import type { Clock, OrgId, Seq } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { type Appended, appendedIn } from './append.ts'
import type { Bus } from './bus/bus.ts'
import { createHints } from './bus/hint.ts'
import { askOver, createBarrier } from './live/barrier.ts'
import { createBarrierStore } from './live/barrier-store.ts'

/** What a writing service does after a commit. */
export interface LogAfterCommit {
  appendedIn(tx: Tx): Appended | null
  /** Tells the relay; never fails and never waits. */
  hint(org: OrgId, seq: Seq): void
  /** Resolves when no gateway acts on anything older than `seq`. */
  barrier(org: OrgId, seq: Seq): Promise<void>
}

/** Hints and barriers over NATS and the service's own pool. */
export function createAfterCommit<T extends Tx>(options: {
  readonly bus: Bus
  readonly database: Database<T>
  readonly clock: Clock
}): LogAfterCommit {
  const { bus, database, clock } = options
  return {
    appendedIn,
    hint: createHints(bus, clock),
    barrier: createBarrier({ store: createBarrierStore(database), ask: askOver(bus), clock }),
  }
}
