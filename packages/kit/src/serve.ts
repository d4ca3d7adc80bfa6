import { type Principal, RequestFacts, type ServiceName } from '@parley/api'
import { AppError, asAppError } from '@parley/core'
import { type Database, maxConnections, type Tx } from '@parley/db'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ConfigError } from './config.ts'
import { checkPools } from './config/pools.ts'
import type { BaseConfig, PostgresConfig } from './config/sections.ts'
import { type Check, createInternalHttp } from './http/internal.ts'
import { type LinkLimits, linkLimitsOf } from './link/limits.ts'
import type { IncomingCall, LinkHandler } from './link/served-connection.ts'
import { createLinkServer } from './link/server.ts'
import { describeError } from './log/error.ts'
import type { CallRoute, Route } from './route.ts'
import type { AfterCommit } from './run/after-commit.ts'
import { Gathered } from './run/gathered.ts'
import { mount } from './run/mounted.ts'
import { runCall } from './run/run-call.ts'
import { runOperation } from './run/run-operation.ts'
import type { ActorSource } from './run/running.ts'
import { TurnsOf } from './run/turns-of.ts'
import { inScope } from './scope.ts'
import type { RunningService, ServiceDeps } from './service.ts'
import { servingSpan } from './telemetry.ts'
import type { Certificates } from './tls/certificates.ts'
import { createTokenVerifier } from './token/verifier.ts'

/** What serving reads of a service's configuration. */
export type ServeConfig = Pick<BaseConfig, 'listen' | 'trustDomain' | 'tokenKeys'> &
  Partial<Pick<BaseConfig, 'peers'> & { readonly postgres: PostgresConfig }>

/** What a service serves, and with what. */
export interface ServeOptions<C, T extends Tx> {
  readonly service: ServiceName
  readonly config: ServeConfig
  readonly deps: ServiceDeps
  readonly certificates: Certificates
  readonly routes: readonly Route<C, T>[]
  readonly calls: readonly CallRoute<C>[]
  /** The service's own wiring, handed to every handler. */
  readonly ctx: C
  readonly database: Database<T>
  readonly afterCommit: AfterCommit
  /** Where `own` operations find who acts; a short read transaction unless given. */
  readonly actors?: ActorSource
  /** Where operations that are done in turn wait; its own unless the service has others wait there too. */
  readonly turns?: TurnsOf
  /** By name, for `/readyz`. */
  readonly checks?: Readonly<Record<string, Check>>
  /** Adds HTTPS routes for streamed bodies to the internal listener. */
  readonly http?: (app: FastifyInstance) => void
  readonly limits?: Partial<LinkLimits>
  /** The next process of this instance listens before this one has ended. */
  readonly sharesPort?: boolean
}

const OperationInput = z.object({
  raw: z.object({
    path: z.record(z.string(), z.string()),
    fields: z.record(z.string(), z.string()),
    file: z.string().optional(),
  }),
  request: RequestFacts,
})

/**
 * Starts a service's internal listener: the link with its operations and calls, probes, metrics.
 * Disposing it drains: callers are told, what is in flight ends, then the listener closes.
 * @throws TypeError where a route or call has a hole, is mounted twice or belongs to another service
 * @throws ConfigError where the service's own pools alone are more than the database server takes
 */
export async function serve<C, T extends Tx>(options: ServeOptions<C, T>): Promise<RunningService> {
  const { service, config, deps, certificates, checks = {}, limits = {}, sharesPort = false } = options
  await checkOwnPools(options)
  const http = createInternalHttp({
    deps,
    certificates,
    trustDomain: config.trustDomain,
    checks,
    sharesPort,
  })
  const link = createLinkServer({
    trustDomain: config.trustDomain,
    handler: watched(deps, dispatcher(options)),
    deps,
    limits: linkLimitsOf(service, limits),
  })
  options.http?.(http.app)
  http.app.server.on('upgrade', (request, socket, head) => link.upgrade(request, socket, head))
  const forget = certificates.onChange(() => link.trusting(certificates.server))
  const linkAddress = await http.listen(config.listen)
  deps.logger.info('listening', { host: linkAddress.host, port: linkAddress.port })
  return {
    linkAddress,
    async [Symbol.asyncDispose]() {
      http.drain()
      forget()
      await link.drain()
      await http.close()
    },
  }
}

/** A database that is not there now is none of the configuration's faults: the service starts and is not ready. */
async function checkOwnPools<C, T extends Tx>({
  service,
  config,
  deps,
  database,
}: ServeOptions<C, T>): Promise<void> {
  if (!config.postgres) return
  const instances = Math.max(1, config.peers?.[service]?.length ?? 0)
  const most = await maxConnections(database).catch((error: unknown) => {
    deps.logger.warn('pool sizes are not checked: no database', describeError(error))
    return null
  })
  const pools = [{ name: service, size: config.postgres.pool, instances }]
  const { problem } = checkPools(pools, most ?? Infinity)
  if (problem !== null) throw new ConfigError([problem])
}

function dispatcher<C, T extends Tx>(options: ServeOptions<C, T>): LinkHandler {
  const { service, config, deps, ctx, routes, calls } = options
  const mounted = mount(service, routes, calls)
  const running = {
    ...options,
    ...mounted,
    turns: options.turns ?? new TurnsOf(),
    gathered: new Gathered<C, T>(),
  }
  const tokens = createTokenVerifier(config.tokenKeys, deps.clock)
  return async (call) => {
    const { op, caller, signal } = call
    if (call.kind === 'call')
      return { out: await runCall(mounted.calls, ctx, { op, caller, input: call.input, signal }) }
    const input = OperationInput.safeParse(call.input)
    if (!input.success) throw new AppError('BAD_REQUEST', 'Malformed call')
    const principal: Principal | null = call.token === null ? null : await tokens.verify(call.token)
    const answer = await runOperation(running, { op, caller, principal, signal, ...input.data })
    return { out: answer.data, ignored: answer.ignored }
  }
}

/** Counts and traces every call, and logs what went wrong on our side, without content. */
function watched({ clock, logger, metrics }: ServiceDeps, handler: LinkHandler): LinkHandler {
  const watch = async (call: IncomingCall): ReturnType<LinkHandler> => {
    const began = clock.monotonic()
    let code = 'ok'
    metrics.inFlight.inc({ side: 'served' })
    try {
      return await servingSpan(call, () => handler(call))
    } catch (error) {
      const known = asAppError(error)
      code = known.code
      const about = { op: call.op, caller: call.caller, code, ...describeError(error) }
      if (code === 'INTERNAL') logger.error('call failed', about)
      else if (code === 'UNAVAILABLE') logger.warn('call could not be served', about)
      throw known
    } finally {
      // Names of operations that nobody serves come from outside the process and would fill the registry.
      const op = code === 'NOT_FOUND' ? 'unknown' : call.op
      metrics.inFlight.dec({ side: 'served' })
      metrics.served.inc({ op, code })
      metrics.serving.observe({ op }, (clock.monotonic() - began) / 1000)
    }
  }
  return (call) => inScope({ requestId: call.requestId, deadline: call.deadline }, () => watch(call))
}
