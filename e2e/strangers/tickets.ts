import { once } from 'node:events'
import { createServer } from 'node:tls'
import { systemClock, systemIds } from '@parley/core'
import { issueClient, loadCa, type Pair } from '@parley/crypto'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { pidOf } from '../faults/processes.ts'
import type { Product } from '../product.ts'
import { pairOf, read } from './certificates.ts'
import { knock, type Knock, sessionsOf } from './knock.ts'
import { friend, portsOf } from './ports.ts'

const Status = z.object({ trustDomain: z.string() })

/** Comes back with what somebody with a certificate was given, and without that certificate. @returns where that worked */
export async function resumed(saved: Saved): Promise<string[]> {
  const heard = await Promise.all(
    saved.flatMap(({ name, knocker, sessions }) =>
      sessions.map(
        async (session) => `${name}: ${await knock({ ...knocker, pair: null, tls: { session } })}`,
      ),
    ),
  )
  return heard.filter((line) => !/: refused: /.test(line))
}

/** What each internal port gave to a friend. */
export type Saved = readonly {
  readonly name: string
  readonly knocker: Knock
  readonly sessions: readonly Buffer[]
}[]

/** Enters every internal port as a friend, or with this certificate, and saves what it is given to come back with. */
export function savedSessions(product: Product, pair?: Pair): Promise<Saved> {
  const internal = portsOf(product).filter(({ protocol }) => protocol !== 'public')
  return Promise.all(
    internal.map(async (port) => {
      const known = friend(product, port)
      const knocker = pair ? { ...known, pair } : known
      return { name: port.name, knocker, sessions: await sessionsOf(knocker) }
    }),
  )
}

export function testTickets(at: () => Product): void {
  describe('a session that was saved', () => {
    test('M-07 opens no port to somebody without a certificate; NATS none after its next look at its certificates', async () => {
      const saved = await savedSessions(at())
      // NATS takes a ticket for the certificate that it was given for, and nothing tells it not to.
      expect(await resumed(saved.filter(({ name }) => name !== 'nats'))).toEqual([])
      process.kill(pidOf(at(), 'nats'), 'SIGHUP')
      await expect.poll(() => resumed(saved), { timeout: 20_000 }).toEqual([])
      const [nats] = saved.filter(({ name }) => name === 'nats')
      expect(nats && (await knock(nats.knocker))).toBe('in')
    })

    test('M-07 ends with the certificate that it was given for', async () => {
      const { data } = at()
      const { trustDomain } = Status.parse(JSON.parse(await at().parley(['status', '--json'])))
      const root = { cert: read(data, 'ca/internal-ca.crt'), key: read(data, 'ca/internal-ca.key') }
      const ca = await loadCa(root, { clock: systemClock, ids: systemIds })
      const brief = { trustDomain, service: 'messaging', role: 'svc_messaging', days: 8 / 86_400 }
      const saved = await savedSessions(at(), await issueClient(ca, brief))
      await expect.poll(() => resumed(saved), { timeout: 40_000 }).toEqual([])
    })

    test('M-07 would open a listener that is made with Node’s defaults, so the attack is a real one', async () => {
      const ca = read(at().data, 'certs/auth/ca.crt')
      const options = {
        ...pairOf(at().data, 'auth', 'server'),
        ca,
        requestCert: true,
        rejectUnauthorized: true,
      }
      const server = createServer(options, (socket) => {
        socket.on('error', () => {})
        socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const bound = server.address()
      const port = typeof bound === 'object' && bound ? bound.port : 0
      const knocker: Knock = { port, protocol: 'https', ca, pair: pairOf(at().data, 'cli') }
      try {
        expect(await knock({ ...knocker, pair: null })).toMatch(/^refused/)
        const sessions = await sessionsOf(knocker)
        expect(sessions.length).toBeGreaterThan(0)
        const came = await resumed([{ name: 'defaults', knocker, sessions }])
        expect(came).toHaveLength(sessions.length)
      } finally {
        server.close()
      }
    })
  })
}
