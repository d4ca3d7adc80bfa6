import { createPgDatabase, type Tx } from '@parley/db'
import { spiffeId } from '@parley/crypto'
import { consume, createBus } from '@parley/events'
import { describeError, type RunningService, serve, type ServiceDeps, watchCertificates } from '@parley/kit'
import type { AuditConfig } from './config.ts'
import { auditedTypes, auditEvent } from './consumers/audited-event.ts'
import type { AuditContext } from './context.ts'
import listAudited from './routes/list-audited.ts'
import verifyAudit from './routes/verify-audit.ts'

/** Starts the audit service: follows every organisation's log and answers the operator. */
export async function createAudit(config: AuditConfig, deps: ServiceDeps): Promise<RunningService> {
  const stack = new AsyncDisposableStack()
  const certificates = stack.use(watchCertificates(config.certDir, deps))
  const tls = () => ({ ...certificates.client })
  const database = stack.use(
    createPgDatabase({
      ...config.postgres,
      role: 'svc_audit',
      tls: () => ({ ...tls(), serverUri: spiffeId(config.trustDomain, 'postgres') }),
    }),
  )
  const problem = (what: string, error?: unknown): void =>
    deps.logger.warn('following the log', { reason: what, ...describeError(error) })
  const bus = stack.use(
    createBus({
      url: config.nats.url,
      service: 'audit',
      tls,
      serverUri: spiffeId(config.trustDomain, 'nats'),
      onProblem: problem,
    }),
  )
  const consumer = stack.use(
    consume({
      bus,
      database,
      consumer: 'audit',
      types: auditedTypes,
      handler: auditEvent,
      onProblem: problem,
    }),
  )
  const server = stack.use(
    await serve<AuditContext, Tx>({
      service: 'audit',
      config,
      deps,
      certificates,
      routes: [],
      calls: [listAudited, verifyAudit],
      ctx: { database },
      database,
      afterCommit: { appendedIn: () => null, hint: () => undefined, barrier: () => Promise.resolve() },
    }),
  )
  const owned = stack.move()
  return {
    linkAddress: server.linkAddress,
    settled: (org, seq, signal) => consumer.settled(org, seq, signal),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
