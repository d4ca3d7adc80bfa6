import type { Clock } from '@parley/core'
import type { Logger } from '@parley/kit'
import type { Wired } from './live/encoded.ts'

/** Told what leaves this process, and so when. */
export interface Departures {
  /** Events of a queue have left: the kernel has them. */
  events(queueId: string, events: readonly Wired[]): void
  /** The answer to a request is about to leave. */
  answer(requestId: string, op: string): void
}

/**
 * Logs departures at level debug with the monotonic clock, which all processes of a machine share: so what left can be
 * held against the moment at which a right was taken away. Queues and places in the log only, no content.
 * @returns null where nobody would read it, so that nothing is paid for it
 */
export function logDepartures(level: string, logger: Logger, clock: Clock): Departures | null {
  if (level !== 'debug') return null
  return {
    events(queueId, events) {
      const monotonic_ms = clock.monotonic()
      logger.debug('events left', {
        queue_id: queueId,
        from_seq: events[0]?.seq,
        to_seq: events.at(-1)?.seq,
        count: events.length,
        monotonic_ms,
      })
    },
    answer(requestId, op) {
      logger.debug('answering', { request_id: requestId, op, monotonic_ms: clock.monotonic() })
    },
  }
}
