import type { Clock } from '@parley/core'
import type { Database } from '@parley/db'
import type { AfterCommit } from '@parley/kit'
import type { MutingBounds } from './mute-person.ts'
import type { StandingChannels } from './repo/standing-channels.ts'

/** What the routes of this service work with. */
export interface Context {
  readonly clock: Clock
  readonly database: Database
  readonly afterCommit: AfterCommit
  readonly muting: MutingBounds
  /** Rows of channels, for lists. */
  readonly standing: StandingChannels
}
