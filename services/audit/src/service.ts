import { createPgDatabase, type Tx } from '@parley/db'
import { consume, createAfterCommit } from '@parley/events'
import {
  describeError,
  openBus,
  postgresOptions,
  type RunningService,
  serve,
  type ServiceDeps,
  watchCertificates,
} from '@parley/kit'
import type { AuditConfig } from './config.ts'
import { auditedTypes, auditEvents } from './consumers/audited-event.ts'
import type { AuditContext } from './context.ts'
import { readOrganisations } from './repo/tree.ts'
import listAudited from './routes/list-audited.ts'
import verifyAudit from './routes/verify-audit.ts'

/** Starts the audit service: follows every organisation's log and answers the operator. */
export async function createAudit(config: AuditConfig, deps: ServiceDeps): Promise<RunningService> {
  await using opening = new AsyncDisposableStack()
  const certificates = opening.use(watchCertificates(config.certDir, deps))
  const database = opening.use(createPgDatabase(postgresOptions(config, 'svc_audit', certificates)))
  const bus = opening.use(openBus('audit', config, deps, certificates))
  const onProblem = (what: string, error?: unknown): void =>
    deps.logger.warn('following the log', { reason: what, ...describeError(error) })
  const consumer = opening.use(
    consume({ bus, database, consumer: 'audit', types: auditedTypes, handler: auditEvents, onProblem }),
  )
  const afterCommit = createAfterCommit({ bus, database, clock: deps.clock })
  const checks = { postgres: () => readOrganisations(database) }
  const parts = { config, deps, certificates, database, afterCommit, ctx: { database } }
  const calls = [listAudited, verifyAudit]
  const served = opening.use(
    await serve<AuditContext, Tx>({ service: 'audit', routes: [], calls, checks, ...parts }),
  )
  const opened = opening.move()
  return {
    linkAddress: served.linkAddress,
    settled: (org, seq, signal) => consumer.settled(org, seq, signal),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
