import { unavailable } from '@parley/core'
import { createPgDatabase } from '@parley/db'
import { type Bus, createEventStream, createLogSource, createRelay } from '@parley/events'
import {
  describeError,
  openBus,
  postgresOptions,
  type RunningService,
  serve,
  type ServiceDeps,
  watchCertificates,
} from '@parley/kit'
import type { RelayConfig } from './config.ts'
import { tendLog } from './jobs/tend-log.ts'

/** Starts the relay: publishes committed events to JetStream, and keeps the log's partitions. */
export async function createRelayService(config: RelayConfig, deps: ServiceDeps): Promise<RunningService> {
  const { clock, ids, logger } = deps
  const { shards, replicas, keepHours } = config.relay
  await using opening = new AsyncDisposableStack()
  const certificates = opening.use(watchCertificates(config.certDir, deps))
  const database = opening.use(createPgDatabase(postgresOptions(config, 'svc_relay', certificates)))
  const bus = opening.use(openBus('relay', config, deps, certificates))
  opening.use(tendLog({ database, clock, logger, keepHours }))
  // A name of this process alone: after a restart it waits for its own lease like anybody else.
  const source = createLogSource(database, `${config.node}.${ids.uuid()}`, shards)
  const relay = opening.use(
    createRelay({
      bus,
      source,
      // Longer than the log is kept: what the stream no longer has, the log has not either.
      stream: createEventStream(bus, { replicas, maxAgeHours: 2 * keepHours }),
      clock,
      shards,
      onProblem: (reason, error) =>
        logger.warn('relay', { reason, ...(error === undefined ? {} : describeError(error)) }),
    }),
  )
  const served = opening.use(
    await serve({
      service: 'relay',
      config,
      deps,
      certificates,
      routes: [],
      calls: [],
      ctx: {},
      database,
      afterCommit: { appendedIn: () => null, hint: () => {}, barrier: () => Promise.resolve() },
      checks: { postgres: () => source.unpublished(0), nats: () => natsAnswers(bus) },
    }),
  )
  const opened = opening.move()
  return {
    linkAddress: served.linkAddress,
    settled: (org, seq, signal) => relay.settled(org, seq, signal),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Ready is only what can publish: a bus without a connection answers nothing. */
async function natsAnswers(bus: Bus): Promise<void> {
  if (!bus.connection) throw unavailable(new Error('no connection to NATS'))
  await bus.connection.flush()
}
