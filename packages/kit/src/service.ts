import type { Clock, Ids, OrgId, Seq } from '@parley/core'
import type { Address } from './config/address.ts'
import type { Logger } from './log/logger.ts'
import type { Metrics } from './metrics.ts'

/** What a service is given from outside; everything else it makes from its configuration. */
export interface ServiceDeps {
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * A service that answers. Disposing it stops it gently: it takes no new work, finishes what it has (each call
 * at most until its deadline), and closes what it opened.
 */
export interface RunningService extends AsyncDisposable {
  /** Where its link listens: the real port where the configuration said 0. */
  readonly linkAddress: Address
  /**
   * Resolves when everything this service does about the organisation's events up to `seq` is done; absent where
   * it follows no log.
   */
  readonly settled?: (org: OrgId, seq: Seq, signal: AbortSignal) => Promise<void>
  /** Rejects when the service can no longer do its work and the process should start anew. */
  readonly failed?: Promise<never>
}
