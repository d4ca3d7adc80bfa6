import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { AppError } from '@parley/core'
import { clientError, refuse } from './client-error.ts'
import { Pacer } from './pacer.ts'
import type { PublicPair } from './public-certificate.ts'
import { tlsOptions } from './tls-options.ts'

export const headerLimit = 16 * 1024

/** TLS and HTTP/1.1 behind one or more listening addresses. */
export interface Listeners {
  readonly server: HttpsServer
  readonly pacer: Pacer
  /** Starts listening on every address; others may share the port. @returns the port */
  listen(addresses: readonly string[], port: number): Promise<number>
  /** New handshakes get this certificate. */
  use(pair: PublicPair): void
  /** Takes no new connections; those there are stay. */
  stopListening(): void
  /** Resolves when no connection is left, or after `ms`. */
  emptied(ms: number): Promise<void>
  /** Cuts what is left. */
  destroy(): void
}

export type OnRequest = (request: IncomingMessage, response: ServerResponse) => void

/** How long a client may take, milliseconds. */
export interface Patience {
  readonly headersMs: number
  /** The whole request. */
  readonly requestMs: number
  readonly checkMs: number
}
const ordinary: Patience = { headersMs: 10_000, requestMs: 30_000, checkMs: 2000 }
const mostConnections = 20_000

/** @param upgrades decides which requests may become another protocol; all others are ordinary requests */
export function createListeners(
  pair: PublicPair,
  onRequest: OnRequest,
  upgrades: (request: IncomingMessage) => boolean,
  { headersMs, requestMs, checkMs }: Patience = ordinary,
): Listeners {
  const server = createHttpsServer(
    {
      ...tlsOptions(pair),
      maxHeaderSize: headerLimit,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: checkMs,
      // Checked where the answer can say so in the API's format.
      requireHostHeader: false,
      shouldUpgradeCallback: upgrades,
    },
    onRequest,
  )
  // Without any traffic: longer than a poll waits for its heartbeat.
  server.setTimeout(120_000)
  answerEarly(server)
  /** Connections: until their handshake is over the one below TLS, then the one above it. */
  const open = new Set<Socket>()
  const shaking = new Map<string, Socket>()
  let onEmpty = (): void => {}
  const pacer = new Pacer((socket) => {
    server.emit('connection', socket)
    // TLS looks at its errors now.
    if (socket.listenerCount('error') > 1) socket.off('error', cut)
  })
  const shaken = (socket: Socket): Socket | undefined => {
    const ends = endsOf(socket)
    const below = shaking.get(ends)
    shaking.delete(ends)
    if (below) pacer.done(below)
    return below
  }
  // Functions that all connections share: closures for each would stay as long as it does.
  function closed(this: Socket): void {
    pacer.gone(this)
    const ends = endsOf(this)
    if (shaking.get(ends) === this) shaking.delete(ends)
    open.delete(this)
    if (open.size === 0) onEmpty()
  }
  server.on('secureConnection', (socket) => {
    const below = shaken(socket)
    if (!below) return
    open.delete(below.off('close', closed))
    open.add(socket.on('close', closed))
  })
  server.on('tlsClientError', (_, socket) => {
    shaken(socket)
    socket.destroy()
  })
  const accept = (socket: Socket): void => {
    open.add(socket)
    shaking.set(endsOf(socket), socket)
    // Until TLS takes it over, nobody else looks at its errors.
    socket.on('error', cut).on('close', closed)
    pacer.accept(socket)
  }
  const doors: Server[] = []
  return {
    server,
    pacer,
    async listen(addresses, port) {
      let bound = port
      for (const host of addresses) {
        const door = createServer({ noDelay: true, keepAlive: true }, accept)
        door.maxConnections = mostConnections
        doors.push(door)
        bound = await listening(door, host, bound)
      }
      // What Node checks at intervals (half-sent requests) it starts with this event; the doors listen in its place.
      server.emit('listening')
      return bound
    },
    use(next) {
      server.setSecureContext(tlsOptions(next))
    },
    stopListening() {
      for (const door of doors) door.close()
    },
    async emptied(ms) {
      if (open.size === 0) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms)
      onEmpty = resolve
      await promise
      clearTimeout(timer)
    },
    destroy() {
      pacer.destroy()
      // Ends its checks; it never listened itself.
      server.close(() => {})
      server.closeAllConnections()
      for (const socket of open) socket.destroy()
    },
  }
}

function cut(this: Socket): void {
  this.destroy()
}

const endsOf = (socket: Socket): string =>
  `${socket.remoteAddress}|${socket.remotePort}|${socket.localAddress}|${socket.localPort}`

function listening(door: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  door.once('error', reject)
  door.listen({ host, port, reusePort: true, backlog: 1024 }, () => {
    const address = door.address()
    resolve(typeof address === 'object' && address ? address.port : port)
  })
  return promise
}

/** What Node would answer by itself, or not at all, is answered in the API's format. */
function answerEarly(server: HttpsServer): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    refuse(socket, clientError(error.code))
  })
  server.on('connect', (_, socket: Duplex) => {
    refuse(socket, new AppError('METHOD_NOT_ALLOWED', 'Method Not Allowed'))
  })
  server.on('checkExpectation', (_, response: ServerResponse) => {
    const socket = response.socket
    if (socket) refuse(socket, new AppError('BAD_REQUEST', 'Expectation not supported'))
  })
}
