import { type Clock, orgId } from '@parley/core'
import type { Database } from '@parley/db'
import {
  type Bus,
  declarations,
  subscribe,
  subscribePassing,
  subscribeTaken,
  tellTaken,
} from '@parley/events'
import { describeError, type Logger } from '@parley/kit'
import type { Principals } from './identity/principals.ts'
import { Live } from './live/live.ts'
import { Positions } from './live/positions.ts'
import { Ticker } from './live/ticker.ts'
import { readHeads } from './repo/heads.ts'
import { leaseStore } from './repo/lease.ts'
import { audienceReader, fromLog, logReader } from './repo/log.ts'
import { loadMembers } from './repo/members.ts'
import { sweepQueues, touchQueues } from './repo/queues.ts'

export interface LiveParts {
  readonly live: Live
  readonly positions: Positions
  readonly ticker: Ticker
}

/** Live delivery over this gateway's database and NATS. `gateway` names this process alone. */
export function wireLive(options: {
  readonly gateway: string
  readonly database: Database
  /** For what must not wait behind requests: the lease, and the logs that it guards. */
  readonly urgent: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly logger: Logger
  readonly principals: () => Principals
  /** Called every second. */
  readonly look: () => void
}): LiveParts {
  const { gateway, database, urgent, bus, clock, logger, principals, look } = options
  const report = (error: unknown, what: string): void => {
    logger.warn('live delivery met a problem', { reason: what, ...describeError(error) })
  }
  const live = new Live({
    log: { ...audienceReader(database), ...logReader(urgent) },
    loadMembers: (org, users) => loadMembers(database, org, users),
    declarations: new Map(declarations.map((d) => [d.type, d])),
    clock,
    gateway,
    tellTaken: (org, taken) => {
      tellTaken(bus, orgId(org), taken)
    },
    subscribe: (org, onRun, onPassing, onTaken) => {
      const problem = (what: string, error?: unknown): void => {
        report(error, what)
      }
      const stops = [
        subscribe(
          bus,
          orgId(org),
          (run) => {
            onRun(run.events.map(fromLog))
          },
          problem,
        ),
        subscribePassing(bus, orgId(org), onPassing, problem),
        subscribeTaken(bus, orgId(org), onTaken, problem),
      ]
      return {
        stop: () => {
          for (const stop of stops) stop()
        },
      }
    },
    lease: leaseStore(urgent, gateway),
    heads: (orgs) => readHeads(urgent, orgs),
    onEffect: (org, effect) => {
      principals().apply(org, effect)
    },
    onForget: (org) => {
      principals().forget(org)
    },
    report,
  })
  const positions = new Positions(
    (org, noted) => touchQueues(database, org, noted),
    (org, queueId) => live.followed(org)?.endQueue(queueId, 'gone'),
    (error) => {
      report(error, 'saving positions')
    },
  )
  const ticker = new Ticker(
    live,
    positions,
    clock,
    () => sweepQueues(database),
    (error) => {
      report(error, 'sweeping')
    },
    look,
  )
  return { live, positions, ticker }
}
