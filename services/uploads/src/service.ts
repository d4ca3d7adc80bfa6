import { createPgDatabase } from '@parley/db'
import { createAfterCommit } from '@parley/events'
import {
  openBus,
  postgresOptions,
  type RunningService,
  serve,
  type ServiceDeps,
  watchCertificates,
} from '@parley/kit'
import type { UploadsConfig } from './config.ts'
import type { Context } from './context.ts'
import { calls, routes } from './endpoints.ts'
import { createImages } from './images/images.ts'
import { askDatabase } from './repo/alive.ts'

/** Starts the uploads service: the images of organisations. Disposing it drains and closes everything it opened. */
export async function createUploads(config: UploadsConfig, deps: ServiceDeps): Promise<RunningService> {
  await using opening = new AsyncDisposableStack()
  const certificates = opening.use(watchCertificates(config.certDir, deps))
  const database = opening.use(createPgDatabase(postgresOptions(config, 'svc_uploads', certificates)))
  const bus = opening.use(openBus('uploads', config, deps, certificates))
  const afterCommit = createAfterCommit({ bus, database, clock: deps.clock })
  const { masterKey } = config
  const ctx: Context = { ids: deps.ids, database, afterCommit, images: createImages(), masterKey }
  // NATS may be away: what is committed is told later.
  const checks = { postgres: () => askDatabase(database) }
  const parts = { config, deps, certificates, database, afterCommit, ctx }
  const served = opening.use(await serve({ service: 'uploads', routes, calls, checks, ...parts }))
  const opened = opening.move()
  return {
    linkAddress: served.linkAddress,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
