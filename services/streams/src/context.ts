import type { Clock } from '@parley/core'
import type { Database } from '@parley/db'

/** What the routes of this service work with. */
export interface Context {
  readonly clock: Clock
  readonly database: Database
}
