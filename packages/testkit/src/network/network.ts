import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { environmentOf, freePorts, type Surroundings, unchanging } from '@parley/cli'
import { type Clock, orgId, seq, systemClock, systemIds } from '@parley/core'
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
import { mailServer, type MailServer } from '../servers/mail-server.ts'
import { privateNats, type PrivateNats } from '../servers/private-nats.ts'
import type { TestServers } from '../servers/instances.ts'
import { testServers } from '../servers/servers.ts'
import { testDatabase, type TestDatabase } from '../servers/test-database.ts'
import { type Organisation, organisations } from './organisation.ts'
import { type NetworkService, start } from './services.ts'
import { instancesFor, surroundings } from './surroundings.ts'

export interface NetworkOptions {
  /** How many instances of each service, one unless given. */
  readonly instances?: Partial<Readonly<Record<NetworkService, number>>>
  readonly clock?: Clock
  readonly logger?: Logger
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

    const disposal = stack.move()
    return {
      database,
      nats,
      mail,
      servers,
      ca,
      link,
      settle,
      organisation: organisations({ link, ca, publicPort, clients }),
      [Symbol.asyncDispose]: () => disposal.disposeAsync(),
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}
