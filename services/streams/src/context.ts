import type { Clock } from '@parley/core'
import type { Database } from '@parley/db'
import type { AfterCommit } from '@parley/kit'
import type { Renderer } from '@parley/markdown'
import type { StandingChannels } from './repo/standing-channels.ts'

/** How much of what somebody has sent is looked at when they are muted. */
export interface MutingBounds {
  /** At once: as many are marked as read in one transaction, behind the head, at most. */
  readonly atOnce: number
  /** In all; older messages stay as they are. */
  readonly most: number
}

/** What the routes of this service work with. */
export interface Context {
  readonly clock: Clock
  readonly database: Database
  readonly afterCommit: AfterCommit
  readonly muting: MutingBounds
  /** Rows of channels, for lists. */
  readonly standing: StandingChannels
  /** Does the server let there be web-public channels? */
  readonly webPublic: boolean
  readonly renderer: Renderer
}
