import { createPgDatabase } from '@parley/db'
import { createAfterCommit } from '@parley/events'
import {
  createReport,
  openBus,
  postgresOptions,
  type RunningService,
  serve,
  type ServiceDeps,
  watchCertificates,
} from '@parley/kit'
import { createRenderer } from '@parley/markdown'
import type { StreamsConfig } from './config.ts'
import type { Context } from './context.ts'
import { calls, routes } from './endpoints.ts'
import { mutingBounds } from './mute-person.ts'
import { askDatabase } from './repo/alive.ts'
import { StandingChannels } from './repo/standing-channels.ts'

/** Starts the streams service: channels and who is in them. Disposing it drains and closes everything it opened. */
export async function createStreams(config: StreamsConfig, deps: ServiceDeps): Promise<RunningService> {
  await using opening = new AsyncDisposableStack()
  const certificates = opening.use(watchCertificates(config.certDir, deps))
  const database = opening.use(createPgDatabase(postgresOptions(config, 'svc_streams', certificates)))
  const bus = opening.use(openBus('streams', config, deps, certificates))
  const afterCommit = createAfterCommit({ bus, database, clock: deps.clock })
  const report = createReport(deps)
  const standing = new StandingChannels()
  const ctx: Context = {
    clock: deps.clock,
    database,
    afterCommit,
    muting: mutingBounds,
    standing,
    webPublic: config.webPublicChannels === 'on',
    renderer: opening.use(createRenderer({ onLost: (error) => report('rendering', error) })),
  }
  // NATS may be away: what is committed is told later.
  const checks = { postgres: () => askDatabase(database) }
  const parts = { config, deps, certificates, database, afterCommit, ctx }
  const served = opening.use(await serve({ service: 'streams', routes, calls, checks, ...parts }))
  const opened = opening.move()
  return {
    linkAddress: served.linkAddress,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
