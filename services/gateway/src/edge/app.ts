import type { IncomingMessage, ServerResponse } from 'node:http'
import websocket from '@fastify/websocket'
import { eventsWs, type Method, type Operation, operations } from '@parley/api'
import { AppError, type Ids } from '@parley/core'
import type { Logger, Metrics } from '@parley/kit'
import fastify, { type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify'
import type { Server } from 'node:https'
import type { WebSocket } from 'ws'
import type { Departures } from '../departures.ts'
import { csrfCookie, cookie, setCookie } from '../identity/cookies.ts'
import { Limited } from '../limits/limiter.ts'
import type { Dispatch, Exchange } from './exchange.ts'
import { compressed, compressing } from './compress.ts'
import { fixedHeaders } from './headers.ts'
import type { ImageDeps } from './images.ts'
import { createListeners, type Listeners, type Patience } from './listeners.ts'
import { openExchange, type OpenDeps, waits } from './open-exchange.ts'
import { doorOf, type Endpoint, endpoints, matches } from './paths.ts'
import { largeOf, Pieces, releaseWhenSent, socketBytes } from './pieces.ts'
import type { PublicPair } from './public-certificate.ts'
import { appErrorOf, Refusals } from './refusal.ts'
import { type Rendered, renderError } from './render.ts'
import { addStatics } from './statics.ts'
import { unread } from './unread.ts'
import type { Unsent } from './unsent.ts'
import { checkHandshake, isUpgrade } from './upgrade.ts'

export interface AppDeps extends OpenDeps, ImageDeps {
  readonly dispatch: Dispatch
  /** Checks a request that wants to become a socket. @returns what serves it then; its errors end it by themselves */
  readonly onUpgrade: (exchange: Exchange) => Promise<(socket: WebSocket) => void>
  /** True once no connection shall be kept for another request. */
  readonly stopping: () => boolean
  readonly patience?: Patience
  readonly ids: Ids
  readonly logger: Logger
  /** Its `look` is for another to call. */
  readonly unsent: Unsent
  /** Null where nobody wants to know. */
  readonly departures: Departures | null
  readonly metrics: Metrics
}

/** The edge: everything between a client's socket and the operations. */
export interface App {
  readonly listeners: Listeners
  /** Resolves when every request that came is answered and kept connections are closed, or after ten seconds. */
  drained(): Promise<void>
  close(): Promise<void>
}

/** A request that becomes a socket. */
interface Upgrade {
  readonly serve: (socket: WebSocket) => void
  readonly response: ServerResponse
}

const drainMs = 10_000
/** How long a stopping gateway waits for one more request on a connection that is kept. */
const lastRequestMs = 1500
const socketOptions = {
  maxPayload: 4096,
  perMessageDeflate: false,
  clientTracking: false,
  // Time for a slow reader to come to the code that ends its socket.
  closeTimeout: 10_000,
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Makes the edge for every declared operation; what is not declared answers 404. */
export async function createApp(pair: PublicPair, deps: AppDeps): Promise<App> {
  const known = endpoints(operations)
  const refusals = new Refusals(deps.logger)
  let listeners: Listeners | undefined
  const app = fastify<Server>({
    serverFactory(handler) {
      listeners = createListeners(pair, handler, (request) => isUpgrade(request, known), deps.patience)
      return listeners.server
    },
    logger: false,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: () => deps.ids.uuid(),
    clientErrorHandler: () => {},
    frameworkErrors: (error, request, reply) => refuse(request, reply, error),
    routerOptions: {
      maxParamLength: 500,
      // Parameters are read by the edge itself: strictly, and for every method.
      querystringParser: () => ({}),
      onBadUrl: (_, __, response) => {
        const { status, headers, body } = renderError(new AppError('BAD_REQUEST', 'Malformed URL'), 'Basic')
        const length = String(Buffer.byteLength(body))
        const own = { 'content-type': 'application/json', 'content-length': length }
        response.writeHead(status, { ...fixedHeaders, ...headers, ...own })
        response.end(body)
      },
    },
  })
  if (!listeners) throw new TypeError('fastify made no server')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => {
    done(null)
  })

  function refuse(request: FastifyRequest, reply: FastifyReply, thrown: unknown): void {
    const error = appErrorOf(thrown)
    // Whoever loads a picture without a key is not asked for one: browsers would ask their people.
    const root = known.some((e) => e.door === 'Either' && matches(e, request.url)) ? 'Either' : 'Basic'
    const door = request.url.startsWith('/json/') ? 'Session' : doorOf(root, request.headers.authorization)
    refusals.tell(request, error, thrown)
    if (error instanceof Limited) void reply.headers(error.headers)
    unread(request.raw)
      .then((complete) => {
        if (!complete) void reply.header('connection', 'close')
        send(reply, renderError(error, door))
      })
      // One answer that cannot be given ends its connection, not the gateway.
      .catch(() => request.raw.destroy())
  }

  const turns = compressing()
  let open = 0
  let onIdle = (): void => {}
  app.addHook('onRequest', (request, reply, done) => {
    // A connection that becomes a socket is live delivery's to end.
    if (!isUpgrade(request.raw, known)) {
      open++
      reply.raw.once('close', () => {
        if (--open === 0) onIdle()
      })
    }
    void reply.headers({ ...fixedHeaders, 'x-request-id': request.id })
    if (request.url.startsWith('/json/') && cookie(request.headers.cookie, csrfCookie) === null)
      void reply.header(
        'set-cookie',
        setCookie(csrfCookie, deps.ids.bytes(24).toString('base64url'), 31_449_600),
      )
    done()
  })
  // Looked at when the answer leaves: it may be long after the request came.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (deps.stopping()) void reply.header('connection', 'close')
    done()
  })
  app.setErrorHandler((error, request, reply) => {
    refuse(request, reply, error)
  })
  app.setNotFoundHandler((request, reply) => {
    const endpoint = known.find((e) => matches(e, request.url))
    refuse(request, reply, endpoint ? wrongMethod(endpoint) : new AppError('NOT_FOUND', 'Not Found'))
  })

  const begin = (endpoint: Endpoint, operation: Operation, request: FastifyRequest, reply: FastifyReply) =>
    openExchange(deps, {
      request: request.raw,
      response: reply.raw,
      operation,
      door: doorOf(endpoint.door, request.headers.authorization),
      path: request.params as Record<string, string>,
      requestId: request.id,
      addHeaders: (headers) => void reply.headers(headers),
    })

  await app.register(websocket, {
    options: socketOptions,
    errorHandler: (_error, socket) => {
      socket.terminate()
    },
    preClose: (done) => {
      done()
    },
  })
  const upgrades = new WeakMap<IncomingMessage, Upgrade>()
  for (const endpoint of known) {
    const route: RouteOptions<Server> = {
      method: [...methods],
      url: endpoint.url,
      handler: async (request, reply) => {
        if (request.method === 'OPTIONS') {
          void reply.code(204).header('allow', endpoint.allowed.join(', '))
          return reply.send()
        }
        const operation = endpoint.operations.get(asDeclared(request.method))
        if (!operation) throw wrongMethod(endpoint)
        const exchange = await begin(endpoint, operation, request, reply)
        if (operation.id === eventsWs.id) throw new AppError('BAD_REQUEST', 'A WebSocket is expected here')
        const { facts, caller } = exchange
        // Now or not at all: what was done is told.
        if (!waits(operation)) deps.unsent.check(facts.org, caller, facts.ip)
        const work = async () => compressed(await deps.dispatch(exchange), request.headers, turns)
        const stranger = exchange.caller === null
        const rendered = await (waits(operation)
          ? deps.dispatch(exchange)
          : deps.admission.take(facts.org, stranger, work))
        const large = largeOf(rendered.body)
        if (large) deps.unsent.hold(large.length, facts.org, caller, reply.raw)
        deps.metrics.served.inc({ op: operation.id, code: 'ok' })
        deps.departures?.answer(request.id, operation.id)
        return send(reply, large ? { ...rendered, body: large } : rendered)
      },
    }
    const operation = endpoint.operations.get('GET')
    if (operation?.id !== eventsWs.id) app.route(route)
    else {
      app.route({ ...route, method: methods.filter((m) => m !== 'GET') })
      app.route({
        ...route,
        method: 'GET',
        async preValidation(request, reply) {
          if (!request.ws) return
          checkHandshake(request.raw)
          const exchange = await begin(endpoint, operation, request, reply)
          upgrades.set(request.raw, { serve: await deps.onUpgrade(exchange), response: reply.raw })
        },
        wsHandler(socket, request) {
          const upgrade = upgrades.get(request.raw)
          // The plugin's listener and the response would keep the whole request for as long as the socket lives.
          socket.removeAllListeners('error').on('error', terminate)
          upgrade?.response.detachSocket(request.raw.socket)
          if (upgrade) upgrade.serve(socket)
          else socket.terminate()
        },
      })
    }
  }
  addStatics(app, deps)
  await app.ready()
  const standing = listeners
  return {
    listeners,
    async drained() {
      // Whoever is about to ask on a kept connection is answered, and told that it was the last time: closed at once,
      // the connection would take a request with it that is on its way.
      await standing.emptied(lastRequestMs)
      const { promise, resolve } = Promise.withResolvers<void>()
      onIdle = resolve
      const timer = setTimeout(resolve, drainMs)
      standing.server.closeIdleConnections()
      if (open > 0) await promise
      clearTimeout(timer)
    },
    async close() {
      await app.close()
      standing.destroy()
      refusals[Symbol.dispose]()
    },
  }
}

function send(reply: FastifyReply, { status, headers, body }: Rendered): FastifyReply {
  void reply.code(status).headers(headers).type('application/json')
  if (!(body instanceof Pieces)) return reply.send(body)
  releaseWhenSent(body, reply.raw)
  return reply.header('content-length', body.length).send(body.stream(socketBytes))
}

const asDeclared = (method: string): Method => (method === 'HEAD' ? 'GET' : method) as Method

const wrongMethod = (endpoint: Endpoint): AppError =>
  new AppError('METHOD_NOT_ALLOWED', 'Method Not Allowed', { data: { allowed_methods: endpoint.allowed } })

function terminate(this: WebSocket): void {
  this.terminate()
}
