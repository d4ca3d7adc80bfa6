import { createAccount } from '@parley/api'
import { isReady, type Installation, installationAt, type Pki, redisCall, withLink } from '@parley/cli'
import { Secret, systemClock, systemIds } from '@parley/core'
import { spiffeId } from '@parley/crypto'
import { createPgDatabase, migrate } from '@parley/db'
import {
  connectRedis,
  createLinkClient,
  createMetrics,
  openBus,
  postgresOptions,
  type ServiceDeps,
  silentLogger,
  watchCertificates,
} from '@parley/kit'
import { z } from 'zod'
import { pairOf, read } from './certificates.ts'
import type { Protocol } from './knock.ts'

/** What the clients below would tell whoever they believe. */
export const password = 'a password that only Redis may hear'

/** One of the product's own clients, as it is used in earnest. */
export interface Client {
  readonly name: string
  readonly protocol: Protocol
  /** Whom it wants. */
  readonly service: 'postgres' | 'nats' | 'redis' | 'auth'
  /** Goes to a port of 127.0.0.1. @returns what it came to, once it will not be let in there (or was) */
  enter(port: number, pki: Pki, dir: string): Promise<string>
}

const deps = (): ServiceDeps => ({
  clock: systemClock,
  ids: systemIds,
  logger: silentLogger,
  metrics: createMetrics('e2e'),
})
const failure = (work: Promise<unknown>): Promise<string> => work.then(() => 'let in', String)
const account = {
  org: 1,
  role: 400,
  fullName: 'Nobody',
  email: 'nobody@example.com',
  password: 'Correct horse battery 7',
} as const
const status = (port: number, trustDomain: string) => ({
  url: '',
  port: 0,
  trustDomain,
  gateways: 0,
  processes: [
    { name: 'auth-1', port, address: '127.0.0.1', state: 'ready' as const, pid: null, restarts: 0 },
  ],
})
const at = (dir: string): Installation => installationAt(dir)

/** Every client of an internal port that there is. */
export const clients: readonly Client[] = [
  {
    name: 'the services’ pools for Postgres',
    protocol: 'postgres',
    service: 'postgres',
    async enter(port, pki) {
      using certificates = watchCertificates(pki.certDir('messaging'), deps())
      const postgres = { host: '127.0.0.1', port, database: 'parley', pool: 1 }
      const config = { trustDomain: pki.trustDomain, postgres }
      await using database = createPgDatabase(postgresOptions(config, 'svc_messaging', certificates))
      return await failure(database.once(z.object({}), 'SELECT 1'))
    },
  },
  {
    name: 'the supervisor’s migrations',
    protocol: 'postgres',
    service: 'postgres',
    enter: (port, pki, dir) =>
      failure(
        migrate({
          host: '127.0.0.1',
          port,
          database: 'parley',
          role: 'parley_owner',
          tls: {
            ...pairOf(dir, 'owner'),
            ca: read(dir, 'certs/owner/ca.crt'),
            serverUri: spiffeId(pki.trustDomain, 'postgres'),
          },
        }),
      ),
  },
  {
    name: 'the services’ connection to NATS',
    protocol: 'nats',
    service: 'nats',
    async enter(port, pki) {
      const told = Promise.withResolvers<string>()
      const logger = {
        ...silentLogger,
        warn: (_: string, about?: object) => told.resolve(JSON.stringify(about)),
      }
      using certificates = watchCertificates(pki.certDir('messaging'), deps())
      const config = { trustDomain: pki.trustDomain, nats: { url: `tls://127.0.0.1:${port}` } }
      await using bus = openBus('messaging', config, { ...deps(), logger }, certificates)
      return await Promise.race([bus.ready.then(() => 'let in'), told.promise])
    },
  },
  {
    name: 'the gateway’s connection to Redis',
    protocol: 'redis',
    service: 'redis',
    async enter(port, pki) {
      using certificates = watchCertificates(pki.certDir('gateway'), deps())
      const config = { host: '127.0.0.1', port, username: 'gateway', password: new Secret(password) }
      using redis = connectRedis(config, pki.trustDomain, certificates)
      await redis.ready(2000)
      return await failure(redis.run('return 1', [], []))
    },
  },
  {
    name: 'the supervisor’s calls of Redis',
    protocol: 'redis',
    service: 'redis',
    enter: (port, pki, dir) =>
      failure(
        redisCall({ port, certs: pki.certDir('cli'), user: 'ops', passwordFile: `${dir}/redis-password` }, [
          'PING',
        ]),
      ),
  },
  {
    name: 'the link between services',
    protocol: 'https',
    service: 'auth',
    async enter(port, pki) {
      using certificates = watchCertificates(pki.certDir('gateway'), deps())
      await using link = createLinkClient({
        config: { peers: { auth: [{ host: '127.0.0.1', port }] }, trustDomain: pki.trustDomain },
        certificates,
        deps: deps(),
        limits: { waitMs: 2000 },
      })
      return await failure(link.call(createAccount, account))
    },
  },
  {
    name: 'the operator’s link',
    protocol: 'https',
    service: 'auth',
    enter: (port, pki, dir) =>
      failure(
        withLink(at(dir), status(port, pki.trustDomain), 'auth', (link) => link.call(createAccount, account)),
      ),
  },
  {
    name: 'the supervisor’s probe',
    protocol: 'https',
    service: 'auth',
    async enter(port, { trustDomain, certDir }) {
      const ready = await isReady({ port, service: 'auth', trustDomain, certs: certDir('cli') })
      return ready ? 'let in' : 'not ready'
    },
  },
]
