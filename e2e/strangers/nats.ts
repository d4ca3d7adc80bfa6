import { connect as connectPlain, type Socket } from 'node:net'
import { once } from 'node:events'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { Product } from '../product.ts'
import { pairOf, read } from './certificates.ts'

/** What each user may publish and subscribe to, of the subjects below; everything else is refused. */
const may = {
  gateway: {
    pub: ['hint.1', 'barrier.1', 'taken.1'],
    sub: [
      'evt.>',
      'evt.1',
      'live.>',
      'live.1',
      'taken.>',
      'taken.1',
      'barrier.>',
      'barrier.1',
      '_INBOX_gateway.x',
      '_INBOX_gateway.>',
    ],
  },
  auth: { pub: ['hint.1', 'barrier.1'], sub: ['_INBOX_auth.x'] },
  streams: { pub: ['hint.1', 'barrier.1'], sub: ['_INBOX_streams.x'] },
  messaging: { pub: ['hint.1', 'barrier.1', 'live.1'], sub: ['_INBOX_messaging.x'] },
  uploads: { pub: ['hint.1', 'barrier.1'], sub: ['_INBOX_uploads.x'] },
  audit: {
    pub: [
      'hint.1',
      '$JS.API.INFO',
      '$JS.API.STREAM.NAMES',
      '$JS.API.STREAM.INFO.EVENTS',
      '$JS.API.CONSUMER.INFO.EVENTS.audit',
      '$JS.API.CONSUMER.MSG.NEXT.EVENTS.audit',
      '$JS.API.CONSUMER.CREATE.EVENTS.audit',
      '$JS.ACK.EVENTS.audit.1',
    ],
    sub: ['_INBOX_audit.x'],
  },
  relay: {
    pub: [
      'evt.1',
      '$JS.API.INFO',
      '$JS.API.STREAM.NAMES',
      '$JS.API.STREAM.INFO.EVENTS',
      '$JS.API.STREAM.CREATE.EVENTS',
      '$JS.API.STREAM.UPDATE.EVENTS',
      '$JS.API.STREAM.MSG.GET.EVENTS',
    ],
    sub: ['hint.>', 'hint.1', '_INBOX_relay.x'],
  },
} as const
const users = Object.keys(may) as (keyof typeof may)[]

const subjects = [
  'evt.1',
  'live.1',
  'hint.1',
  'barrier.1',
  'taken.1',
  'anything',
  ...users.flatMap((user) => [
    `_INBOX_${user}.x`,
    `$JS.API.CONSUMER.CREATE.EVENTS.${user}`,
    `$JS.API.CONSUMER.DELETE.EVENTS.${user}`,
    `$JS.API.CONSUMER.INFO.EVENTS.${user}`,
    `$JS.API.CONSUMER.MSG.NEXT.EVENTS.${user}`,
    `$JS.ACK.EVENTS.${user}.1`,
  ]),
  '_INBOX.x',
  '$JS.API.INFO',
  '$JS.API.STREAM.NAMES',
  '$JS.API.STREAM.LIST',
  ...[
    'INFO',
    'CREATE',
    'UPDATE',
    'DELETE',
    'PURGE',
    'SNAPSHOT',
    'RESTORE',
    'MSG.GET',
    'MSG.DELETE',
    'PEER.REMOVE',
    'LEADER.STEPDOWN',
  ].map((api) => `$JS.API.STREAM.${api}.EVENTS`),
  '$JS.API.STREAM.CREATE.OTHER',
  '$JS.API.STREAM.INFO.OTHER',
  '$SYS.REQ.SERVER.PING',
  '$SYS.ACCOUNT.PARLEY.CONNECT',
  'evt.>',
  'live.>',
  'hint.>',
  'barrier.>',
  'taken.>',
  '>',
  '*',
  '_INBOX_gateway.>',
  '$JS.>',
  '$SYS.>',
]
const isPattern = (subject: string): boolean => /[*>]/.test(subject)

/** A connection that asks one thing after the other, each answered by +OK or -ERR. */
interface Raw extends Disposable {
  ask(line: string): Promise<string>
}

async function raw(at: Product, user: string): Promise<Raw> {
  const port = at.state().processes.find(({ name }) => name === 'nats')?.port ?? 0
  const plain: Socket = connectPlain(port, '127.0.0.1')
  await once(plain, 'data')
  const socket: TLSSocket = connectTls({
    socket: plain,
    ...pairOf(at.data, user),
    ca: read(at.data, 'certs/cli/ca.crt'),
  })
  await once(socket, 'secureConnect')
  let text = ''
  const heard: string[] = []
  let wake = (): void => {}
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    const lines = text.split('\r\n')
    text = lines.pop() ?? ''
    heard.push(...lines.filter((line) => line === '+OK' || line.startsWith('-ERR') || line === 'PONG'))
    wake()
  })
  const next = async (): Promise<string> => {
    while (heard.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      await promise
    }
    return heard.shift() ?? ''
  }
  socket.write('CONNECT {"verbose":true,"headers":true}\r\n')
  await next()
  return {
    async ask(line) {
      socket.write(`${line}\r\nPING\r\n`)
      let said = ''
      for (let one = await next(); one !== 'PONG'; one = await next()) if (one.startsWith('-ERR')) said = one
      return said
    },
    [Symbol.dispose]: () => plain.destroy(),
  }
}

export function testNats(at: () => Product): void {
  describe('at NATS', () => {
    test.each(users)('M-06 %s publishes and hears what is its own, and nothing else', async (user) => {
      using connection = await raw(at(), user)
      const pub: readonly string[] = may[user].pub
      const sub: readonly string[] = may[user].sub
      const wrong: string[] = []
      let refused = 0
      const look = (what: string, allowed: boolean, said: string): void => {
        if (said !== '' && !/Permissions Violation/.test(said)) wrong.push(`${what}: ${said}`)
        if ((said === '') !== allowed) wrong.push(`${what}: ${said || 'allowed'}`)
        if (said !== '') refused++
      }
      for (const [i, subject] of subjects.entries()) {
        look(`sub ${subject}`, sub.includes(subject), await connection.ask(`SUB ${subject} ${i + 1}`))
        // What is allowed is shown at work elsewhere; here an empty message would reach whoever listens.
        if (!isPattern(subject) && !pub.includes(subject))
          look(`pub ${subject}`, false, await connection.ask(`PUB ${subject} 0\r\n`))
      }
      expect(wrong).toEqual([])
      expect(refused).toBeGreaterThan(subjects.length)
    })
  })
}
