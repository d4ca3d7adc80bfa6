import { setTimeout as delay } from 'node:timers/promises'
import { createPgDatabase } from '@parley/db'
import { createAfterCommit, pass } from '@parley/events'
import {
  connectRedis,
  createReport,
  createRounds,
  describeError,
  openBus,
  postgresOptions,
  type RunningService,
  serve,
  type ServiceDeps,
  watchCertificates,
} from '@parley/kit'
import { createRenderer } from '@parley/markdown'
import type { MessagingConfig } from './config.ts'
import { createContext } from './context.ts'
import { calls, routes } from './endpoints.ts'
import { PresenceStore } from './presence/store.ts'
import { findActor } from './facts/target.ts'
import { deliverDue } from './jobs/deliver.ts'
import { expireOld, lookEveryMs } from './jobs/expire.ts'
import { expiringOrganisations } from './repo/expired.ts'
import { dueOrganisations } from './repo/scheduled.ts'
import { settleWords, unsettledOrganisations } from './repo/words.ts'

/** Starts the messaging service; disposing it answers what it has, writes what waits, then closes what it opened. */
export async function createMessaging(config: MessagingConfig, deps: ServiceDeps): Promise<RunningService> {
  const { clock, logger } = deps
  await using opening = new AsyncDisposableStack()
  const certificates = opening.use(watchCertificates(config.certDir, deps))
  const database = opening.use(createPgDatabase(postgresOptions(config, 'svc_messaging', certificates)))
  const bus = opening.use(openBus('messaging', config, deps, certificates))
  const afterCommit = createAfterCommit({ bus, database, clock })
  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    await delay(ms, undefined, { signal })
  }
  opening.use(
    createRounds({
      waiting: () => unsettledOrganisations(database),
      serve: (org) => settleWords(database, org),
      worthwhile: 32,
      wait,
      onProblem: (error) => logger.warn('words of messages wait', describeError(error)),
    }),
  )
  const redis = opening.use(connectRedis(config.redis, config.trustDomain, certificates))
  const presence = new PresenceStore(redis, clock, (error) => {
    logger.warn('nobody is there without Redis', describeError(error))
  })
  const report = createReport(deps)
  const renderer = opening.use(createRenderer({ onLost: (error) => report('rendering', error) }))
  const ctx = createContext(
    database,
    { clock, ids: deps.ids, report, renderer },
    (org, seq) => afterCommit.hint(org, seq),
    presence,
    (org, events) => pass(bus, org, events),
    config.webPublicChannels === 'on',
  )
  opening.use(ctx.sends)
  opening.use(ctx.turns)
  const onProblem = (error: unknown): void => logger.warn('scheduled messages wait', describeError(error))
  opening.use(
    createRounds({
      waiting: () => dueOrganisations(database, Math.floor(clock.now() / 1000)),
      atOnce: 4,
      random: () => deps.ids.bytes(4).readUInt32BE() / 2 ** 32,
      serve: (org, end) => deliverDue({ ...ctx, afterCommit, onProblem }, org, end),
      wait,
      onProblem,
    }),
  )
  const stays = (error: unknown): void => logger.warn('old messages stay', describeError(error))
  opening.use(
    createRounds({
      waiting: () => expiringOrganisations(database),
      serve: (org) => expireOld({ database, afterCommit, clock, onProblem: stays }, org),
      pauseMs: lookEveryMs,
      wait,
      onProblem: stays,
    }),
  )
  const served = opening.use(
    await serve({
      service: 'messaging',
      config,
      deps,
      certificates,
      routes,
      calls,
      ctx,
      database,
      afterCommit,
      actors: (principal) => findActor(ctx.facts, principal),
    }),
  )
  const opened = opening.move()
  return {
    linkAddress: served.linkAddress,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
