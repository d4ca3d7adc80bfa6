import { TLSSocket } from 'node:tls'
import fastify, { type FastifyInstance } from 'fastify'
import { AppError, unavailable } from '@parley/core'
import type { Address } from '../config/address.ts'
import { describeError } from '../log/error.ts'
import type { ServiceDeps } from '../service.ts'
import type { Certificates } from '../tls/certificates.ts'
import { listenerOptions } from '../tls/options.ts'
import { callerOf, standingOf } from '../tls/peer.ts'

/** Is something that the service needs there? Throws where it is not. */
export type Check = () => Promise<unknown>

export interface InternalHttpOptions {
  readonly deps: ServiceDeps
  readonly certificates: Certificates
  readonly trustDomain: string
  /** By name, for `/readyz`. */
  readonly checks: Readonly<Record<string, Check>>
  /** Others may listen on the same port: the next process of this instance, before this one ends. */
  readonly sharesPort?: boolean
}

/** The internal listener: probes, metrics, and whatever streamed bodies a service adds; every peer shows a certificate. */
export interface InternalHttp {
  readonly app: FastifyInstance
  /** @returns the real address */
  listen(address: Address): Promise<Address>
  /** From now on `/readyz` says no. */
  drain(): void
  close(): Promise<void>
}

export function createInternalHttp(options: InternalHttpOptions): InternalHttp {
  const { deps, certificates, trustDomain, checks, sharesPort = false } = options
  const { logger, metrics } = deps
  const app = fastify({
    https: listenerOptions(certificates.server),
    bodyLimit: 64 * 1024,
    requestTimeout: 10_000,
    connectionTimeout: 65_000,
    forceCloseConnections: 'idle',
    logger: false,
  })
  let draining = false
  app.server.on('tlsClientError', (error) => {
    metrics.refused.inc({ reason: 'handshake' })
    logger.warn('internal connection refused in the handshake', describeError(error))
  })
  const open = new Set<TLSSocket>()
  app.server.on('secureConnection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  const forget = certificates.onChange(() => {
    app.server.setSecureContext(listenerOptions(certificates.server))
    // The context judges who comes; who is here already is judged again, the link's connections too.
    for (const socket of open) {
      if (standingOf(socket, certificates.server) !== 'revoked') continue
      metrics.refused.inc({ reason: 'revoked' })
      logger.warn('connection cut: its certificate was revoked', { caller: callerOf(socket, trustDomain) })
      socket.destroy()
    }
  })

  app.addHook('onRequest', async (request, reply) => {
    const { socket } = request.raw
    if (socket instanceof TLSSocket && callerOf(socket, trustDomain)) return
    metrics.refused.inc({ reason: 'identity' })
    await reply.code(403).send({ code: 'UNAUTHORIZED' })
  })
  app.setErrorHandler(async (error, request, reply) => {
    const status = statusOf(error)
    if (status >= 500)
      logger.error('internal request failed', { route: request.routeOptions.url, ...describeError(error) })
    await reply
      .code(status)
      .send({ code: error instanceof AppError ? error.code : status < 500 ? 'BAD_REQUEST' : 'INTERNAL' })
  })
  app.get('/livez', async () => ({ ok: true }))
  app.get('/readyz', async (_request, reply) => {
    const failing = draining ? ['draining'] : await failed(checks)
    if (failing.length > 0) reply.code(503)
    // Where a port is shared, whoever asks has to know who answered.
    reply.header('x-pid', process.pid)
    return { ok: failing.length === 0, failing }
  })
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType)
    return metrics.registry.metrics()
  })

  return {
    app,
    async listen({ host, port }) {
      const options = { host, port, reusePort: sharesPort }
      await app.listen(options)
      const bound = app.server.address()
      return { host, port: typeof bound === 'object' && bound ? bound.port : port }
    },
    drain() {
      draining = true
    },
    async close() {
      forget()
      await app.close()
    },
  }
}

/** A check that says nothing for this long counts as failed. */
const checkMs = 2_000

async function inTime(check: Check): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable()), checkMs)
  })
  try {
    await Promise.race([check(), late])
  } finally {
    clearTimeout(timer)
  }
}

/** What Fastify refuses by itself (too large, malformed) keeps its status. */
function statusOf(error: unknown): number {
  if (error instanceof AppError) return error.status
  const given = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof given === 'number' && given >= 400 && given < 500 ? given : 500
}

async function failed(checks: Readonly<Record<string, Check>>): Promise<string[]> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await inTime(check)
        return []
      } catch {
        return [name]
      }
    }),
  )
  return results.flat()
}
