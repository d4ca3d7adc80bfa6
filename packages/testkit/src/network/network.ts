import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createOrganisation } from '@parley/api'
import { environmentOf, freePorts, type Instance, type Surroundings, unchanging } from '@parley/cli'
import { type Clock, orgId, type OrgId, seq, systemClock, systemIds } from '@parley/core'
import {
  baseSettings,
  createLinkClient,
  createLogger,
  createMetrics,
  type Environment,
  type LinkClient,
  loadConfig,
  type Logger,
  type RunningService,
  type ServiceDeps,
  silentLogger,
} from '@parley/kit'
import { z } from 'zod'
import { apiClient, type ApiClient } from '../api-client.ts'
import { mailServer, type MailServer } from '../servers/mail-server.ts'
import { privateNats, type PrivateNats } from '../servers/private-nats.ts'
import type { TestServers } from '../servers/instances.ts'
import { testServers } from '../servers/servers.ts'
import { testDatabase, type TestDatabase } from '../servers/test-database.ts'
import { type NetworkService, start } from './services.ts'

export interface NetworkOptions {
  /** How many instances of each service, one unless given. */
  readonly instances?: Partial<Readonly<Record<NetworkService, number>>>
  readonly clock?: Clock
  readonly logger?: Logger
}

/** One account of a test network. */
export interface Account extends ApiClient {
  readonly id: number
  readonly email: string
  readonly apiKey: string
}

/** An organisation of a test network, with its owner. */
export interface Organisation {
  readonly id: OrgId
  readonly url: string
  readonly subdomain: string
  readonly owner: Account
  /** Makes an account through the API and gives a client for it, at the named gateway (from 1). */
  person(fullName: string, options?: { readonly gateway?: number }): Promise<Account>
  /** A client of the same organisation with other credentials, or none. */
  client(options?: {
    email?: string
    apiKey?: string
    gateway?: number
    headers?: Record<string, string>
    root?: '/api/v1' | '/json'
  }): ApiClient
}

/**
 * The whole product in this process, every service wired to the others by certificates and links as in use, on a database
 * and a NATS server of its own.
 */
export interface TestNetwork extends AsyncDisposable {
  readonly database: TestDatabase
  readonly nats: PrivateNats
  readonly mail: MailServer
  readonly servers: TestServers
  readonly ca: string
  /** Calls as the operator's command makes them. */
  readonly link: LinkClient
  organisation(name?: string): Promise<Organisation>
  /**
   * Returns when the Notification Bot has said what it was to say, and every service has done its work up to the head of
   * every organisation's log.
   * @throws Error that names the service and the organisation that are behind, after `withinMs`
   */
  settle(withinMs?: number): Promise<void>
}

// Set to see what the services log.
const quiet = process.env['PARLEY_TEST_LOG'] === undefined
/** Every account's password. */
export const testPassword = 'Correct horse battery staple 7'
/** What the bot is still to say: it does so a moment after the act that it tells of. */
const unsaid =
  'SELECT FROM messaging.scheduled JOIN auth.system_bots USING (org_id, user_id) WHERE NOT failed'
const Heads = z.object({ org_id: z.coerce.number(), seq: z.coerce.number() })

/** A link client with the command's certificate, as `./parley org create` has it. */
function commandLink(
  servers: TestServers,
  around: Surroundings,
  deps: ServiceDeps,
): AsyncDisposable & LinkClient {
  const { peers } = loadConfig(
    { peers: baseSettings.peers },
    environmentOf({ name: 'cli', service: 'auth', index: 1 }, around),
  )
  const file = (name: string): string => readFileSync(join(servers.dir, 'certs', 'cli', name), 'utf8')
  return createLinkClient({
    config: { peers, trustDomain: servers.trustDomain },
    certificates: unchanging({ cert: file('client.crt'), key: file('client.key'), ca: file('ca.crt') }),
    deps,
  })
}

/** Starts the network; dispose it (`await using`) to settle and stop it. */
export async function testNetwork(options: NetworkOptions = {}): Promise<TestNetwork> {
  const {
    clock = systemClock,
    logger = quiet ? silentLogger : createLogger({ service: 'network', node: 'test', level: 'info' }),
  } = options
  const stack = new AsyncDisposableStack()
  try {
    const servers = await testServers()
    const database = stack.use(await testDatabase())
    const nats = stack.use(await privateNats())
    const mail = stack.use(await mailServer())
    const instances = instancesFor(options.instances ?? {})
    const ports = await freePorts(instances.length + 1)
    const publicPort = ports.pop() ?? 0
    const around = surroundings(servers, { nats, mail }, instances, ports, publicPort)

    const running: { readonly name: string; readonly service: RunningService }[] = []
    for (const instance of instances) {
      const deps = { clock, ids: systemIds, logger, metrics: createMetrics(instance.service) }
      const env: Environment = {
        ...environmentOf(instance, around),
        PG_DATABASE: database.name,
        PG_POOL: '6',
      }
      running.push({ name: instance.name, service: stack.use(await start[instance.service](env, deps)) })
    }
    const link = stack.use(
      commandLink(servers, around, { clock, ids: systemIds, logger, metrics: createMetrics('gateway') }),
    )
    const ca = readFileSync(servers.publicCa, 'utf8')

    const settle = async (withinMs = 20_000): Promise<void> => {
      const signal = AbortSignal.timeout(withinMs)
      while ((await database.superuser(unsaid)).length > 0) await delay(10, undefined, { signal })
      const heads = (await database.superuser('SELECT org_id, seq FROM events.head ORDER BY org_id')).map(
        (row) => Heads.parse(row),
      )
      await Promise.all(
        heads.flatMap((head) =>
          running.map(async ({ name, service }) => {
            await service.settled?.(orgId(head.org_id), seq(head.seq), signal).catch((cause: unknown) => {
              throw new Error(`${name} has not done organisation ${head.org_id} up to ${head.seq}`, { cause })
            })
          }),
        ),
      )
    }
    // Disposed first, so that work left behind fails the test while everything still runs.
    stack.defer(() => settle())
    const clients = stack.use(new AsyncDisposableStack())
    let organisations = 0

    const disposal = stack.move()
    return {
      database,
      nats,
      mail,
      servers,
      ca,
      link,
      settle,
      async organisation(name = `Organisation ${organisations + 1}`) {
        const subdomain = `org${++organisations}`
        const ownerEmail = `owner@${subdomain}.example.com`
        const made = await link.call(createOrganisation, {
          name,
          subdomain,
          ownerEmail,
          ownerName: 'Olive Owner',
          ownerPassword: testPassword,
        })
        const url = `https://${organisations === 1 ? '' : `${subdomain}.`}localhost:${publicPort}`
        const client: Organisation['client'] = ({ gateway = 1, ...who } = {}) =>
          clients.use(
            apiClient({ url, ca, address: `127.0.0.${gateway + 1}`, servername: 'localhost', ...who }),
          )
        const account = (id: number, email: string, apiKey: string, gateway = 1): Account => ({
          ...client({ email, apiKey, gateway }),
          id,
          email,
          apiKey,
        })
        const owner = account(made.user, made.email, made.apiKey)
        return {
          id: orgId(made.org),
          url,
          subdomain,
          owner,
          client,
          async person(fullName, { gateway = 1 } = {}) {
            const email = `${fullName.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}@${subdomain}.example.com`
            const created = await owner.ok('POST', '/users', {
              email,
              full_name: fullName,
              password: testPassword,
            })
            const key = await client().ok('POST', '/fetch_api_key', {
              username: email,
              password: testPassword,
            })
            return account(
              z.int().parse(created['user_id']),
              email,
              z.string().parse(key['api_key']),
              gateway,
            )
          },
        }
      },
      [Symbol.asyncDispose]: () => disposal.disposeAsync(),
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

const order: readonly NetworkService[] = [
  'relay',
  'auth',
  'streams',
  'messaging',
  'uploads',
  'audit',
  'gateway',
]

const instancesFor = (counts: Partial<Readonly<Record<NetworkService, number>>>): Instance[] =>
  order.flatMap((service) =>
    Array.from({ length: counts[service] ?? 1 }, (_, i) => ({
      name: `${service}-${i + 1}`,
      service,
      index: i + 1,
    })),
  )

function surroundings(
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
