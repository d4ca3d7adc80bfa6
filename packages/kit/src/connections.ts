import type { ServiceName } from '@parley/api'
import { spiffeId } from '@parley/crypto'
import type { PgPoolOptions } from '@parley/db'
import { type Bus, createBus } from '@parley/events'
import type { BaseConfig, NatsConfig, PostgresConfig } from './config/sections.ts'
import { describeError } from './log/error.ts'
import type { ServiceDeps } from './service.ts'
import type { Certificates } from './tls/certificates.ts'

type Own = Pick<BaseConfig, 'trustDomain'>

/** How a service reaches Postgres, as the role that its certificate names; renewed certificates are taken up. */
export const postgresOptions = (
  config: Own & { readonly postgres: PostgresConfig },
  role: string,
  certificates: Certificates,
): PgPoolOptions => ({
  ...config.postgres,
  role,
  tls: () => ({ ...certificates.client, serverUri: spiffeId(config.trustDomain, 'postgres') }),
})

/** A service's connection to NATS; connects anew where its certificate is replaced. */
export function openBus(
  service: ServiceName,
  config: Own & { readonly nats: NatsConfig },
  { logger }: ServiceDeps,
  certificates: Certificates,
): Bus {
  const problem = (reason: string, error?: unknown): void =>
    logger.warn('trouble with NATS', { reason, ...(error === undefined ? {} : describeError(error)) })
  const bus = createBus({
    url: config.nats.url,
    service,
    tls: () => certificates.client,
    serverUri: spiffeId(config.trustDomain, 'nats'),
    onProblem: problem,
  })
  const forget = certificates.onChange(() => {
    bus.renew().catch((error: unknown) => problem('connecting anew', error))
  })
  return {
    ...bus,
    get connected() {
      return bus.connected
    },
    get connection() {
      return bus.connection
    },
    async [Symbol.asyncDispose]() {
      forget()
      await bus[Symbol.asyncDispose]()
    },
  }
}
