import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { Pair } from '@parley/crypto'

export type Protocol = 'https' | 'postgres' | 'nats' | 'redis'

export interface Knock {
  readonly host?: string
  readonly port: number
  readonly protocol: Protocol
  readonly ca: string
  readonly pair: Pair | null
  readonly tls?: Pick<ConnectionOptions, 'maxVersion' | 'ciphers' | 'session'>
  /** Words of Redis to sign in with. */
  readonly redis?: readonly [user: string, password: string]
  /** The role that is asked for at Postgres. */
  readonly role?: string
  readonly path?: string
}

const patienceMs = 15_000

/** Says in the protocol what only a friend may say. @returns what was heard: `in` where it let us in, else why not */
export function knock(at: Knock): Promise<string> {
  return heard(at, (socket) => afterHello(at, socket))
}

/** Says the same, and keeps what the server gives to come back with. @returns TLS sessions, with tickets as servers send them */
export async function sessionsOf(at: Knock): Promise<readonly Buffer[]> {
  const sessions: Buffer[] = []
  const verdict = await heard(at, async (plain) => {
    const socket = await afterHello(at, plain)
    return socket.on('session', (session: Buffer) => sessions.push(session))
  })
  if (!verdict.startsWith('in')) throw new Error(`${at.protocol} at ${at.port}: ${verdict}`)
  return sessions
}

/** Says the same and stays. @returns what was heard, and the end of the connection, which the server has to make */
export async function knockAndStay(
  at: Knock,
): Promise<{ readonly verdict: string; readonly closed: Promise<void> }> {
  const gone = Promise.withResolvers<void>()
  const verdict = await heard(
    at,
    async (plain) => {
      plain.setTimeout(0)
      return (await afterHello(at, plain)).on('close', () => gone.resolve())
    },
    () => {},
  )
  return { verdict, closed: gone.promise }
}

/** The serial number of the certificate that is shown there. */
export async function serialShown(at: Knock): Promise<string> {
  const plain = connectPlain({ host: at.host ?? '127.0.0.1', port: at.port })
  try {
    await once(plain, 'connect')
    const socket = await afterHello(at, plain)
    socket.on('error', () => {})
    await once(socket, 'secureConnect')
    return socket.getPeerCertificate().serialNumber
  } finally {
    plain.destroy()
  }
}

/** The same without TLS: everything that is said in clear. */
export const knockInClear = (at: Knock): Promise<string> => heard(at, (socket) => Promise.resolve(socket))

function heard(
  at: Knock,
  dress: (plain: Socket) => Promise<Socket>,
  after: (plain: Socket) => void = (plain) => plain.destroy(),
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const plain = connectPlain({ host: at.host ?? '127.0.0.1', port: at.port })
  plain.setTimeout(patienceMs, () => resolve('silence'))
  plain.on('error', (error: NodeJS.ErrnoException) => resolve(`refused: ${error.code ?? error.message}`))
  plain.on('close', () => resolve('refused: closed'))
  plain.once('connect', () => {
    dress(plain).then(
      (socket) => {
        let text = ''
        socket.on('error', (error: NodeJS.ErrnoException) =>
          resolve(`refused: ${error.code ?? error.message}`),
        )
        socket.on('close', () => resolve('refused: closed'))
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1')
          const verdict = judge(at.protocol, text)
          if (verdict !== null) resolve(verdict)
        })
        socket.write(wordsOf(at))
      },
      (error: unknown) => resolve(`refused: ${error instanceof Error ? error.message : String(error)}`),
    )
  })
  return promise.finally(() => after(plain))
}

/** Up to TLS: Postgres is asked for it, NATS offers it after a line in clear, the others begin with it. */
async function afterHello(at: Knock, plain: Socket): Promise<TLSSocket> {
  if (at.protocol === 'postgres') {
    plain.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
    if ((await next(plain)).toString('latin1') !== 'S') throw new Error('no TLS')
  } else if (at.protocol === 'nats') await next(plain)
  return connectTls({
    socket: plain,
    ca: at.ca,
    // A stranger checks nothing; what counts is that the server does.
    checkServerIdentity: () => undefined,
    ...at.pair,
    minVersion: 'TLSv1.2',
    ...at.tls,
  })
}

const next = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    socket.once('data', resolve)
    socket.once('close', () => reject(new Error('closed')))
  })

function wordsOf({ protocol, redis, role = 'svc_messaging', path = '/readyz' }: Knock): Buffer | string {
  switch (protocol) {
    case 'https':
      return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`
    case 'nats':
      return 'CONNECT {"verbose":false}\r\nPING\r\n'
    case 'redis':
      return `${redis ? `AUTH ${redis.join(' ')}\r\n` : ''}PING\r\n`
    case 'postgres': {
      const words = Buffer.from(`user\0${role}\0database\0parley\0\0`)
      const head = Buffer.alloc(8)
      head.writeInt32BE(words.length + 8, 0)
      head.writeInt32BE(196_608, 4)
      return Buffer.concat([head, words])
    }
  }
}

/** What an answer means; null while more is to come. */
function judge(protocol: Protocol, text: string): string | null {
  const line = text.split('\r\n')[0] ?? ''
  switch (protocol) {
    case 'https':
      if (text.startsWith('HTTP/1.1 403 ')) return 'refused: 403'
      return text.startsWith('HTTP/1.1 ') ? `in: ${line}` : text.length > 2 ? alert(text) : null
    case 'nats':
      if (text.includes('PONG')) return 'in'
      return text.includes('-ERR') ? `refused: ${/-ERR[^\r]*/.exec(text)?.[0]}` : null
    case 'redis':
      if (text.includes('+PONG')) return 'in'
      return text.includes('-') ? `refused: ${line}` : alert(text)
    case 'postgres':
      if (text.startsWith('R\0\0\0\x08\0\0\0\0')) return 'in'
      // Any other way of signing in than by certificate would be an invitation.
      return text.startsWith('R')
        ? 'asked for a password'
        : `refused: ${text.replaceAll(/[^ -~]+/g, ' ').trim()}`
  }
}

/** A TLS alert in clear says only that TLS was wanted. */
const alert = (text: string): string =>
  text.startsWith('\x15\x03') ? 'refused: alert' : `in clear: ${text.slice(0, 40)}`
