import type { Clock } from '@parley/core'
import type { Database } from '@parley/db'
import { tendPartitions } from '@parley/events'
import { describeError, type Logger } from '@parley/kit'

const everyMs = 30 * 60_000
const msPerHour = 3_600_000

/** Makes the log's partitions ahead and drops the old ones, now and every half hour, until it is disposed. */
export function tendLog(options: {
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly keepHours: number
}): AsyncDisposable {
  const { database, clock, logger, keepHours } = options
  const tend = async (): Promise<void> => {
    try {
      const { made, dropped, kept } = await tendPartitions(database, clock.now(), keepHours * msPerHour)
      const job = 'partitions'
      if (made.length > 0) logger.info('made', { job, count: made.length })
      if (dropped.length > 0) logger.info('dropped', { job, count: dropped.length })
      // Nothing is lost, but the log grows: a relay or a consumer has been behind for all that time.
      if (kept.length > 0) logger.warn('old partitions are still needed', { job, count: kept.length })
    } catch (error) {
      logger.warn('log could not be tended', describeError(error))
    }
  }
  let round = tend()
  const timer = setInterval(() => {
    round = round.then(tend)
  }, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await round
    },
  }
}
