import type { Duplex } from 'node:stream'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { ServiceName } from '@parley/api'
import { WebSocket } from 'ws'
import { formatAddress } from '../config/address.ts'
import type { TlsMaterial } from '../tls/certificates.ts'
import { checkService } from '../tls/peer.ts'
import type { LinkLimits } from './limits.ts'

/** One instance to call: an address that `host` resolved to. */
export interface Target {
  readonly service: ServiceName
  /** As configured: the name that the certificate must carry. */
  readonly host: string
  readonly ip: string
  readonly port: number
}

export interface Dialled {
  readonly ws: WebSocket
  readonly socket: Duplex
}

interface DialOptions {
  readonly tls: TlsMaterial
  readonly trustDomain: string
  readonly limits: LinkLimits
  readonly signal: AbortSignal
}

/**
 * Opens one connection; the peer must show a certificate of our authority for the host and for the service.
 * `onOpen` is called in the very event, so that no frame is missed.
 * @returns what `onOpen` returned
 * @throws the error of socket, TLS or handshake
 */
export function dial<C>(target: Target, options: DialOptions, onOpen: (dialled: Dialled) => C): Promise<C> {
  const { ip, port } = target
  const { limits, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<C>()
  const ws = new WebSocket(`wss://${formatAddress({ host: ip, port })}/link`, {
    createConnection: () => secureConnection(target, options),
    handshakeTimeout: limits.connectMs,
    maxPayload: limits.answerBytes,
    perMessageDeflate: false,
    // Masks guard against proxies that read in clear; here is none, and masking costs a fifth of a gateway's time.
    generateMask: (mask) => mask.fill(0),
  })
  const hangUp = (): void => ws.terminate()
  const settle = (): void => signal.removeEventListener('abort', hangUp)
  let socket: Duplex | undefined
  ws.once('upgrade', (response) => {
    socket = response.socket
  })
  ws.once('open', () => {
    settle()
    ws.off('error', reject)
    if (socket) resolve(onOpen({ ws, socket }))
  })
  ws.once('error', reject)
  ws.once('close', settle)
  signal.addEventListener('abort', hangUp)
  return promise
}

function secureConnection({ service, host, ip, port }: Target, { tls, trustDomain }: DialOptions): TLSSocket {
  const check = checkService(trustDomain, service)
  return connect({
    ...tls,
    host: ip,
    port,
    ...(isIP(host) ? {} : { servername: host }),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
    checkServerIdentity: (_name, certificate) => check(host, certificate),
  })
}
