import type { Database } from '@parley/db'

/** What the handlers of this service work with. */
export interface AuditContext {
  readonly database: Database
}
