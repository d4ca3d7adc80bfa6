import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { ServiceName } from '@parley/api'
import { formatAddress } from '../config/address.ts'
import type { TlsMaterial } from '../tls/certificates.ts'
import { checkService } from '../tls/peer.ts'
import type { LinkLimits } from './limits.ts'
import { Wire } from './wire.ts'

/** One instance to call: an address that `host` resolved to. */
export interface Target {
  readonly service: ServiceName
  /** As configured: the name that the certificate must carry. */
  readonly host: string
  readonly ip: string
  readonly port: number
}

interface DialOptions {
  readonly tls: TlsMaterial
  readonly trustDomain: string
  readonly limits: LinkLimits
  readonly signal: AbortSignal
}

/** What is read at a time: a few TLS records. */
const readBytes = 64 * 1024
const mostHeadBytes = 16 * 1024
/** Tells this handshake from another in the answer; who the other side is, its certificate says. */
const key = Buffer.from('parley link, v13').toString('base64')
const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

/**
 * Opens one connection; the peer must show a certificate of our authority for the host and for the service.
 * `onOpen` is called before anything that follows the handshake is read, so that no frame is missed.
 * @returns what `onOpen` returned
 * @throws the error of socket, TLS or handshake
 */
export function dial<C>(target: Target, options: DialOptions, onOpen: (wire: Wire) => C): Promise<C> {
  const { limits, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<C>()
  let wire: Wire | null = null
  let head = Buffer.alloc(0)
  const socket = secureConnection(target, options, (bytes) => {
    if (wire) return wire.read(bytes)
    head = Buffer.concat([head, bytes])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1 && head.length < mostHeadBytes) return
    const problem = problemOf(head.toString('latin1', 0, Math.max(0, end)))
    if (problem !== null) return void socket.destroy(new Error(problem))
    settle()
    wire = new Wire(socket, limits)
    resolve(onOpen(wire))
    wire.read(head.subarray(end + 4))
  })
  const hangUp = (): void => void socket.destroy(new Error('given up'))
  const timer = setTimeout(hangUp, limits.connectMs)
  const settle = (): void => {
    clearTimeout(timer)
    signal.removeEventListener('abort', hangUp)
  }
  socket.once('secureConnect', () => {
    socket.write(
      `GET /link HTTP/1.1\r\nHost: ${formatAddress({ host: target.ip, port: target.port })}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
  })
  // What follows an error is always a close.
  socket.on('error', reject)
  socket.once('close', () => {
    settle()
    reject(new Error('closed before it was open'))
  })
  signal.addEventListener('abort', hangUp)
  return promise
}

/** @returns null for the answer of a link */
function problemOf(head: string): string | null {
  const [status = '', ...lines] = head.split('\r\n')
  if (!status.startsWith('HTTP/1.1 101 ')) return `unexpected answer: ${status.slice(0, 30)}`
  const accepted = lines.some(
    (line) => line.toLowerCase() === `sec-websocket-accept: ${accept}`.toLowerCase(),
  )
  return accepted ? null : 'not the answer to this handshake'
}

function secureConnection(
  { service, host, ip, port }: Target,
  { tls, trustDomain }: DialOptions,
  onRead: (bytes: Buffer) => void,
): TLSSocket {
  const check = checkService(trustDomain, service)
  const onread = {
    buffer: Buffer.allocUnsafeSlow(readBytes),
    callback(count: number, buffer: Buffer): boolean {
      onRead(buffer.subarray(0, count))
      return true
    },
  }
  const options: ConnectionOptions = {
    ...tls,
    host: ip,
    port,
    ...(isIP(host) ? {} : { servername: host }),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
    checkServerIdentity: (_name, certificate) => check(host, certificate),
  }
  // Node's TLS takes it as its sockets do; its types do not say so.
  const socket = connect(Object.assign(options, { onread }))
  socket.setNoDelay(true)
  // Nothing is ever kept in the stream, but its end is only told to who reads.
  return socket.resume()
}
