import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { spiffeId, spiffeIdOf, type Pair } from '@parley/crypto'

/** An internal port of the installation. */
export interface Port {
  /** `messaging-1`, `nats` */
  readonly name: string
  /** Whose server certificate it shows. */
  readonly service: string
  readonly port: number
}

/** With what to go there. */
export interface Visit {
  readonly pair: Pair
  /** The role for Postgres: the common name of the certificate. */
  readonly role: string
  readonly ca: string
  readonly trustDomain: string
}

const patienceMs = 5000

/**
 * Goes to a port with a certificate. @returns the certificate that the port shows (DER), and whether it lets the visitor
 * in: as far as a certificate alone leads, at Redis to the question for a password. Null where nobody answers.
 */
export async function visit(
  port: Port,
  { pair, role, ca, trustDomain }: Visit,
): Promise<{ readonly shown: Buffer; readonly letIn: boolean } | null> {
  const plain = connectPlain(port.port, '127.0.0.1')
  plain.setTimeout(patienceMs, () => plain.destroy())
  try {
    await once(plain, 'connect')
    await untilTls(port.service, plain)
    const wanted = spiffeId(trustDomain, port.service)
    const socket = connect({
      socket: plain,
      ...pair,
      ca,
      minVersion: 'TLSv1.3',
      checkServerIdentity: (_name, peer: PeerCertificate) =>
        checkServerIdentity('127.0.0.1', peer) ??
        (spiffeIdOf(peer.subjectaltname) === wanted ? undefined : new Error('another service')),
    })
    await once(socket, 'secureConnect')
    const shown = socket.getPeerX509Certificate()?.raw
    return shown ? { shown, letIn: await hears(port.service, socket, role) } : null
  } catch {
    return null
  } finally {
    plain.destroy()
  }
}

/** Postgres is asked for TLS, NATS says a line before it. */
async function untilTls(service: string, plain: Socket): Promise<void> {
  if (service === 'postgres') plain.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
  else if (service !== 'nats') return
  await Promise.race([
    once(plain, 'data'),
    once(plain, 'close').then(() => Promise.reject(new Error('closed'))),
  ])
}

/** Says something and listens; TLS 1.3 tells a visitor that it was refused only then. */
function hears(service: string, socket: TLSSocket, role: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
    const verdict = judge(service, heard)
    if (verdict !== null) resolve(verdict)
  })
  socket.on('error', () => resolve(false))
  socket.on('close', () => resolve(false))
  socket.write(wordsFor(service, role))
  return promise
}

function wordsFor(service: string, role: string): string | Buffer {
  if (service === 'redis') return 'PING\r\n'
  if (service === 'nats') return 'CONNECT {"verbose":false}\r\nPING\r\n'
  if (service !== 'postgres') return 'GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n'
  const words = Buffer.from(`user\0${role}\0database\0postgres\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(words.length + 8, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, words])
}

/** Null while more is to come. */
function judge(service: string, heard: string): boolean | null {
  // Any word of Postgres or Redis comes after the handshake: what they say then is about roles and passwords.
  if (service === 'postgres' || service === 'redis') return true
  if (service === 'nats') return heard.includes('PONG') ? true : heard.includes('-ERR') ? false : null
  return heard.startsWith('HTTP/1.1 ') && heard.includes('\r\n') ? heard.startsWith('HTTP/1.1 200 ') : null
}
