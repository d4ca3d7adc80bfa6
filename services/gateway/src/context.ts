import type { Clock, Ids } from '@parley/core'
import type { Database } from '@parley/db'
import type { LinkClient, Logger, Turns } from '@parley/kit'
import type { Counter } from 'prom-client'
import type { Departures } from './departures.ts'
import type { Frames } from './live/frames.ts'
import type { Live } from './live/live.ts'
import type { PollRhythm } from './live/poll-rhythm.ts'
import type { Positions } from './live/positions.ts'
import type { FindQueue } from './repo/queues.ts'

/** What the gateway's own operations work with. */
export interface Context {
  readonly live: Live
  readonly database: Database
  readonly link: LinkClient
  readonly positions: Positions
  readonly findQueue: FindQueue
  readonly frames: Frames
  readonly rhythm: PollRhythm
  /** Null where nobody wants to know. */
  readonly departures: Departures | null
  /** Registering holds a database connection while all services answer. */
  readonly registering: Turns
  readonly clock: Clock
  readonly ids: Ids
  /** Counts sockets that were let go because their readers were too slow. */
  readonly slowReaders: Pick<Counter, 'inc'>
  readonly logger: Logger
  /** True once the gateway has been told to stop. */
  readonly stopping: () => boolean
}
