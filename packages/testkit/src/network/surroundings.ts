import { join } from 'node:path'
import { type Instance, startOrder, type Surroundings } from '@parley/cli'
import type { TestServers } from '../servers/instances.ts'
import type { MailServer } from '../servers/mail-server.ts'
import type { PrivateNats } from '../servers/private-nats.ts'
import type { NetworkService } from './services.ts'

/** The instances of each service, in the order in which they are started. */
export const instancesFor = (counts: Partial<Readonly<Record<NetworkService, number>>>): Instance[] =>
  startOrder.flatMap((service) =>
    Array.from({ length: counts[service] ?? 1 }, (_, i) => ({
      name: `${service}-${i + 1}`,
      service,
      index: i + 1,
    })),
  )

/** What the installation of a test is, for the environment of its processes. */
export function surroundings(
  servers: TestServers,
  { nats, mail }: { readonly nats: PrivateNats; readonly mail: MailServer },
  instances: readonly Instance[],
  ports: readonly number[],
  publicPort: number,
): Surroundings {
  const named = Object.fromEntries(instances.map((instance, i) => [instance.name, ports[i] ?? 0]))
  return {
    trustDomain: servers.trustDomain,
    certDir: (identity) => join(servers.dir, 'certs', identity),
    publicCertDir: servers.publicCertDir,
    tokenKeys: servers.tokenKeys,
    tokenKey: servers.tokenKey.gateway,
    masterKey: servers.masterKey,
    ports: { ...named, postgres: servers.postgres.port, nats: nats.port, redis: servers.redis.port },
    detours: {},
    instances,
    publicPort,
    redisPasswordFile: (user) => join(servers.redis.passwords, user),
    redisUsers: new Set(['gateway', 'messaging']),
    rateLimitFactor: '1000',
    webPublicChannels: 'on',
    logLevel: 'error',
    otlpEndpoint: undefined,
    mail: mail.env,
  }
}
