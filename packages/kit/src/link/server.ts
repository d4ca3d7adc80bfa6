import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { WebSocketServer } from 'ws'
import type { ServiceDeps } from '../service.ts'
import type { TlsMaterial } from '../tls/certificates.ts'
import { callerOf, standingOf } from '../tls/peer.ts'
import { type LinkLimits, linkLimits } from './limits.ts'
import { type LinkHandler, ServedConnection } from './served-connection.ts'

export interface LinkServerOptions {
  readonly trustDomain: string
  readonly handler: LinkHandler
  readonly deps: ServiceDeps
  readonly limits?: Partial<LinkLimits>
}

/** The serving side of the link, behind a listener that upgrades `/link`. */
export interface LinkServer {
  /** For the listener's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Takes no connection any more, asks all callers to finish, cuts who has not left after `drainMs`. */
  drain(): Promise<void>
  /** Other authorities are trusted: whoever came with a certificate of none of them is asked to come again. */
  trusting(material: TlsMaterial): void
  /** Connections open now. */
  readonly connections: number
}

export function createLinkServer({
  trustDomain,
  handler,
  deps,
  limits: given,
}: LinkServerOptions): LinkServer {
  const limits = { ...linkLimits, ...given }
  const { clock, logger, metrics } = deps
  const open = new Map<ServedConnection, Duplex>()
  const ws = new WebSocketServer({
    noServer: true,
    maxPayload: limits.requestBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })
  const heartbeat = setInterval(() => {
    for (const connection of open.keys()) connection.check()
  }, limits.heartbeatMs).unref()
  const empty = Promise.withResolvers<void>()
  let draining = false

  const refuse = (socket: Duplex, status: string, reason: string): void => {
    metrics.refused.inc({ reason })
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
  return {
    get connections() {
      return open.size
    },
    upgrade(request, socket, head) {
      // Until ws takes it over, nobody else listens for this socket's errors.
      socket.on('error', () => socket.destroy())
      const caller = socket instanceof TLSSocket ? callerOf(socket, trustDomain) : null
      if (!caller) {
        logger.warn('link refused: no identity of ours', { address: request.socket.remoteAddress })
        return refuse(socket, '403 Forbidden', 'identity')
      }
      if (request.url !== '/link') return refuse(socket, '404 Not Found', 'path')
      if (draining) return refuse(socket, '503 Service Unavailable', 'draining')
      ws.handleUpgrade(request, socket, head, (accepted) => {
        const connection = new ServedConnection({
          ws: accepted,
          socket,
          caller,
          handler,
          clock,
          limits,
          onEnd(cut) {
            open.delete(connection)
            if (draining && open.size === 0) empty.resolve()
            if (!cut) return
            metrics.refused.inc({ reason: cut })
            logger.warn('link connection cut', { caller, reason: cut })
          },
        })
        open.set(connection, socket)
      })
    },
    trusting(material) {
      for (const [connection, socket] of open)
        if (socket instanceof TLSSocket && standingOf(socket, material) === 'former') connection.renew()
    },
    async drain() {
      draining = true
      if (open.size === 0) empty.resolve()
      for (const connection of open.keys()) connection.drain()
      const late = setTimeout(() => {
        for (const connection of open.keys()) connection.cut('drained')
      }, limits.drainMs)
      await empty.promise
      clearTimeout(late)
      clearInterval(heartbeat)
      ws.close()
    },
  }
}
