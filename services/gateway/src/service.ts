import { authenticate, findImage, findOrganisation, letsSpectators } from '@parley/api'
import { createPgDatabase } from '@parley/db'
import { createAfterCommit, serveBarriers, followingGateway } from '@parley/events'
import {
  connectRedis,
  createLinkClient,
  createTokenMinter,
  describeError,
  openBus,
  postgresOptions,
  type RunningService,
  serve,
  type ServiceDeps,
  TokenKey,
  Turns,
  watchCertificates,
} from '@parley/kit'
import type { GatewayConfig } from './config.ts'
import type { Context } from './context.ts'
import { logDepartures } from './departures.ts'
import { createDispatcher, onceMore } from './dispatcher.ts'
import { Admission } from './edge/admission.ts'
import { createApp } from './edge/app.ts'
import { Gate } from './edge/gate.ts'
import { Lateness } from './edge/lateness.ts'
import { Room } from './edge/room.ts'
import { Unsent } from './edge/unsent.ts'
import { watchPublicCertificate } from './edge/public-certificate.ts'
import { Organisations } from './identity/organisations.ts'
import { Principals } from './identity/principals.ts'
import { Spectators } from './identity/spectators.ts'
import { counters } from './limits/limit-keys.ts'
import { Limiter } from './limits/limiter.ts'
import { Frames } from './live/frames.ts'
import { registerGauges, slowReaders } from './live/gauges.ts'
import { LongLists } from './long-lists.ts'
import { PollRhythm } from './live/poll-rhythm.ts'
import { wireLive } from './live-wiring.ts'
import { createFindQueue } from './repo/queues.ts'
import { removeQueue } from './routes/delete-queue.ts'
import { describeApi } from './routes/get-openapi.ts'
import { beforeSocket, serveSocket } from './routes/events-ws.ts'
import { pollEvents } from './routes/get-events.ts'
import { registerQueue } from './routes/register.ts'

/** A gateway that answers on its public addresses. */
export interface RunningGateway extends RunningService {
  /** The real port where the configuration said 0. */
  readonly publicPort: number
}

const redisMs = 2000
/** What bodies with files take of memory, in all and of one organisation. */
const mostFileBytes = 64 * 1024 * 1024
const mostFileBytesOfOne = 24 * 1024 * 1024
const urgentPool = 2
/** A server that is silent for longer than two leases is asked again on another connection. */
const urgentMs = 4000
const mostRegistering = 500

/** The edge with live delivery, from its configuration. */
export async function createGateway(config: GatewayConfig, deps: ServiceDeps): Promise<RunningGateway> {
  const { clock, ids, logger, metrics } = deps
  await using stack = new AsyncDisposableStack()
  const certificates = stack.use(watchCertificates(config.certDir, deps))
  const postgres = postgresOptions(config, 'svc_gateway', certificates)
  // The lease and the logs have connections of their own: no crowd of requests may hold them up.
  const urgent = stack.use(createPgDatabase({ ...postgres, pool: urgentPool, answerMs: urgentMs }))
  const pool = Math.max(2, postgres.pool - urgentPool)
  const database = stack.use(createPgDatabase({ ...postgres, pool }))
  const bus = stack.use(openBus('gateway', config, deps, certificates))
  const link = stack.use(createLinkClient({ config, certificates, deps }))
  const redis = stack.use(connectRedis(config.redis, config.trustDomain, certificates))

  // Identity: who asks, remembered for as long as the log says so.
  const principals: Principals = new Principals({
    ask: (org, credential) => {
      live.follow(org).catch(() => {})
      return link.call(authenticate, { org, ...credential })
    },
    trusted: (org) => live.lease.valid() && live.followed(org) !== null,
    clock,
  })
  const organisations = new Organisations(
    async (subdomain) => (await link.call(findOrganisation, { subdomain })).org,
    clock,
  )
  const spectators =
    config.webPublicChannels === 'on'
      ? new Spectators(async (org) => (await link.call(letsSpectators, { org })).letIn, clock)
      : null
  const limiter = new Limiter(redis, clock, (error) => {
    logger.warn('limits count without Redis', describeError(error))
  })
  const gate = new Gate(principals, limiter, config.limitFactor)

  const unsent = new Unsent(clock)
  // Live delivery, under this process's own lease.
  const gateway = followingGateway(`${config.node}-${ids.bytes(6).toString('hex')}`)
  const { live, positions, ticker } = wireLive({
    gateway,
    database,
    urgent,
    bus,
    clock,
    logger,
    principals: () => principals,
    look: () => unsent.look(),
  })
  const lateness = stack.use(new Lateness(clock))
  const admission = new Admission(() => lateness.ms)
  registerGauges(metrics.registry, live, admission, () => app.listeners.pacer, unsent)
  const departures = logDepartures(config.logLevel, logger, clock)
  let stopping = false
  const context: Context = {
    live,
    database,
    link,
    positions,
    findQueue: createFindQueue(database),
    rhythm: new PollRhythm(clock),
    frames: new Frames(),
    departures,
    registering: new Turns(Math.max(1, Math.floor(pool / 2)), mostRegistering),
    clock,
    ids,
    slowReaders: slowReaders(metrics.registry),
    logger,
    stopping: () => stopping,
  }

  // The edge.
  const dispatch = createDispatcher({
    link,
    minter: createTokenMinter(TokenKey.parse(JSON.parse(config.tokenKey.expose())), clock),
    gate,
    lists: new LongLists(),
    own: {
      'register-queue': (exchange) => context.registering.take(() => registerQueue(context, exchange)),
      'get-events': (exchange) => pollEvents(context, exchange),
      'get-openapi': describeApi,
      'delete-queue': (exchange) => removeQueue(context, exchange),
    },
    signedIn: ({ operation, facts, raw }) => {
      const account = raw.fields['username'] ?? null
      const limits = operation.limits.filter((limit) => limit.by === 'account')
      return limiter.forget(
        counters(limits, { org: facts.org, user: null, ip: facts.ip, account }, config.limitFactor),
      )
    },
  })
  let publicPort = config.public.port
  const certificate = stack.use(
    watchPublicCertificate(
      config.public.certDir,
      (pair) => {
        app.listeners.use(pair)
        logger.info('public certificate replaced')
      },
      (error) => {
        logger.error('the new public certificate is not usable, the former stays', describeError(error))
      },
    ),
  )
  const app = await createApp(certificate.pair, {
    gate,
    limiter,
    admission,
    organisations,
    spectators,
    room: new Room(mostFileBytes, mostFileBytesOfOne),
    unsent,
    images: (org, path, options) => link.call(findImage, { org, path }, options),
    publicHost: config.public.host,
    publicPort: () => publicPort,
    limitFactor: config.limitFactor,
    dispatch,
    onUpgrade: async (exchange) => {
      const served = await onceMore(gate, exchange, (asked) => beforeSocket(context, asked))
      return (socket) => {
        serveSocket(context, served, socket)
      }
    },
    stopping: () => stopping,
    ids,
    logger,
    departures,
    metrics,
  })
  stack.defer(() => app.close())

  await redis.ready(redisMs)
  // The lease comes before anything is loaded.
  await live.lease.start()
  stack.defer(() => live.stop())
  stack.defer(
    serveBarriers(
      bus,
      gateway,
      (org, seq) => live.confirm(org, seq),
      (reason, error) => {
        logger.warn('a barrier was not confirmed', { reason, ...describeError(error) })
      },
    ),
  )
  stack.defer(
    bus.onConnect(() => {
      live.compare().catch((error: unknown) => {
        logger.warn('logs could not be compared', describeError(error))
      })
    }),
  )
  ticker.start()
  stack.defer(() => ticker.stop())
  const internal = stack.use(
    await serve({
      service: 'gateway',
      config,
      deps,
      certificates,
      routes: [],
      calls: [],
      ctx: null,
      database,
      sharesPort: true,
      afterCommit: createAfterCommit({ bus, database, clock }),
      checks: {
        lease: async () => {
          if (!live.lease.valid()) throw new Error('no lease')
        },
        link: () => link.check(),
      },
    }),
  )
  publicPort = await app.listeners.listen(config.public.addresses, config.public.port)
  logger.info('listening to the public', { port: publicPort })
  stack.defer(async () => {
    stopping = true
    app.listeners.stopListening()
    live.endAll()
    await app.drained()
  })
  const rest = stack.move()
  return {
    linkAddress: internal.linkAddress,
    publicPort,
    settled: async (org, seq) => {
      await live.followed(org)?.reach(seq)
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}
