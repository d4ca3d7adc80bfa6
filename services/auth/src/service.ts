import { setTimeout as delay } from 'node:timers/promises'
import { createOrmDatabase } from '@parley/db'
import { createAfterCommit } from '@parley/events'
import {
  createReport,
  createRounds,
  describeError,
  openBus,
  postgresOptions,
  type RunningService,
  serve,
  type ServiceDeps,
  watchCertificates,
  TurnsOf,
} from '@parley/kit'
import { createRenderer } from '@parley/markdown'
import type { AuthConfig } from './config.ts'
import { type AuthContext, now } from './context.ts'
import { calls, routes } from './endpoints.ts'
import { mailConfig } from './mail/config.ts'
import { createMailer } from './mail/mailer.ts'
import { createHasher } from './passwords/hasher.ts'
import { postMail } from './post-mail.ts'
import { organisationsWithFull } from './repo/full-members.ts'
import { organisationsWithMail } from './repo/mails.ts'
import { findOrganisation } from './repo/organisations.ts'
import { organisationsInUse } from './repo/setting-values.ts'
import { createOwnAccounts } from './facts/own-accounts.ts'
import { lookEveryMs, sweepUnusedValues } from './sweep-values.ts'
import { tellFullMembers } from './tell-full-members.ts'

const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
  await delay(ms, undefined, { signal })
}

/** Starts the auth service; disposing it drains and closes everything it opened. */
export async function createAuth(config: AuthConfig, deps: ServiceDeps): Promise<RunningService> {
  const { clock, ids, logger } = deps
  await using opening = new AsyncDisposableStack()
  const certificates = opening.use(watchCertificates(config.certDir, deps))
  const database = opening.use(await createOrmDatabase(postgresOptions(config, 'svc_auth', certificates)))
  const bus = opening.use(openBus('auth', config, deps, certificates))
  const afterCommit = createAfterCommit({ bus, database, clock })
  const hasher = await createHasher(config.passwords, ids)
  const own = createOwnAccounts(database)
  const mail = mailConfig(config.mail)
  const mailer = mail && createMailer(mail)
  const webPublic = config.webPublicChannels === 'on'
  const turns = new TurnsOf()
  const report = createReport(deps)
  const renderer = opening.use(createRenderer({ onLost: (error) => report('rendering', error) }))
  const ctx: AuthContext = {
    database,
    afterCommit,
    clock,
    ids,
    hasher,
    own,
    mailer,
    webPublic,
    turns,
    renderer,
  }
  opening.use(
    createRounds({
      waiting: () => organisationsWithFull(database),
      serve: (org) => tellFullMembers(ctx, org),
      wait,
      onProblem: (error) => logger.warn('the log does not say of new full members', describeError(error)),
    }),
  )
  opening.use(
    createRounds({
      waiting: () => organisationsInUse(database),
      serve: (org) => sweepUnusedValues(ctx, org),
      pauseMs: lookEveryMs,
      wait,
      onProblem: (error) => logger.warn('values that no setting uses stay', describeError(error)),
    }),
  )
  if (mailer)
    opening.use(
      createRounds({
        waiting: () => organisationsWithMail(database, now(clock)),
        serve: (org) => postMail(ctx, mailer, org, logger),
        wait,
        onProblem: (error) => logger.warn('no mail is sent', describeError(error)),
      }),
    )
  // NATS may be away: what is committed is told later.
  const checks = { postgres: () => findOrganisation(database, null) }
  const parts = { config, deps, certificates, database, afterCommit, ctx, actors: own.actor, turns }
  const served = opening.use(await serve({ service: 'auth', routes, calls, checks, ...parts }))
  const opened = opening.move()
  return {
    linkAddress: served.linkAddress,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
