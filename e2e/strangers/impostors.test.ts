import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensurePki, type Pki } from '@parley/cli'
import { fixedClock, systemClock, systemIds } from '@parley/core'
import {
  type Authority,
  createCa,
  issueClient,
  issueServer,
  loadCa,
  type Pair,
  spiffeId,
} from '@parley/crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pairOf, read } from './certificates.ts'
import { type Client, clients, password } from './clients.ts'
import { natsInfo, type Pose, startImpostor } from './impostor.ts'
import type { Protocol } from './knock.ts'

const dayMs = 86_400_000
const sources = { clock: systemClock, ids: systemIds }
let dir: string
let pki: Pki
let ours: Authority
let before: Authority
let foreign: Authority

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'parley-impostors-'))
  pki = await ensurePki({ dir, sources, publicNames: { dns: ['localhost'], ips: ['127.0.0.1'] } })
  writeFileSync(join(dir, 'redis-password'), password)
  const root = { cert: read(dir, 'ca/internal-ca.crt'), key: read(dir, 'ca/internal-ca.key') }
  ours = await loadCa(root, sources)
  before = await loadCa(root, { ...sources, clock: fixedClock(systemClock.now() - 9 * dayMs) })
  foreign = await createCa('Parley internal CA', sources)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Every certificate that an impostor could show where `service` is wanted. */
async function poses(service: string): Promise<readonly (readonly [string, Pose])[]> {
  const { trustDomain } = pki
  const server = (uris: string[], names = { dns: ['localhost'], ips: ['127.0.0.1'] }): Promise<Pair> =>
    ours.issue({ commonName: service, use: 'server', days: 1, uris, ...names })
  const uri = spiffeId(trustDomain, service)
  const another = service === 'nats' ? 'redis' : 'nats'
  const real = pairOf(dir, service, 'server')
  return [
    ['of another authority', { pair: await issueServer(foreign, { trustDomain, service }) }],
    ['of another host', { pair: await server([uri], { dns: ['elsewhere.test'], ips: ['127.0.0.9'] }) }],
    ['of another service', { pair: pairOf(dir, another, 'server') }],
    ['of no service', { pair: await server([]) }],
    ['of two services', { pair: await server([uri, spiffeId(trustDomain, another)]) }],
    ['of another installation', { pair: await server([spiffeId('other.parley.internal', service)]) }],
    [
      'of the service, for connecting',
      { pair: await issueClient(ours, { trustDomain, service, role: service }) },
    ],
    ['that has expired', { pair: await issueServer(before, { trustDomain, service, days: 2 }) }],
    ['of its own, over TLS 1.2', { pair: real, tls: { maxVersion: 'TLSv1.2' } }],
  ]
}

/** What a server says that would rather go without TLS. */
const plain: Readonly<Record<Protocol, readonly Pose[]>> = {
  postgres: [
    { reply: 'N' },
    { reply: 'R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I' },
    { reply: 'E\0\0\0\x13SFATAL\0Mno TLS\0\0' },
    // Words in clear behind the consent, which a careless client takes for ones from inside.
    { reply: 'SR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I' },
    { greeting: 'R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', reply: '' },
  ],
  nats: [
    { greeting: natsInfo({}), reply: 'PONG\r\n' },
    { greeting: natsInfo({ tls_required: false }), reply: 'PONG\r\n' },
    {
      greeting: natsInfo({ tls_required: false, tls_available: false, auth_required: true }),
      reply: 'PONG\r\n',
    },
    { greeting: natsInfo({ tls_required: true }), reply: '+OK\r\nPONG\r\n' },
  ],
  redis: [{ reply: '+OK\r\n+PONG\r\n' }, { greeting: '+OK\r\n', reply: '+PONG\r\n' }],
  https: [
    { reply: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}' },
    { greeting: 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n', reply: '' },
  ],
}

/** Bytes in clear that say nothing: Postgres' wish for TLS, and beginnings of TLS (records of handshakes and alerts). */
function worthless(bytes: Buffer): boolean {
  let rest = bytes
  while (rest.length > 0) {
    if (rest.subarray(0, 8).equals(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))) rest = rest.subarray(8)
    else if ((rest[0] === 22 || rest[0] === 21) && rest[1] === 3 && rest.length >= 5)
      rest = rest.subarray(5 + rest.readUInt16BE(3))
    else return false
  }
  return true
}

/** What a client comes to at an impostor. */
async function met(client: Client, title: string, pose: Pose) {
  await using impostor = await startImpostor(client.protocol, pose)
  const came = await client.enter(impostor.port, pki, dir)
  return {
    title,
    letIn: came === 'let in',
    came: impostor.connections > 0,
    told: impostor.inside().toString('latin1'),
    worthless: worthless(impostor.clear()),
  }
}
const kept = (title: string) => ({ title, letIn: false, came: true, told: '', worthless: true })

// Each has an impostor of its own, and waits most of the time.
describe.concurrent.each(clients)('$name', (client) => {
  test('tells a server of its own what it has to say', async () => {
    await using impostor = await startImpostor(client.protocol, {
      pair: pairOf(dir, client.service, 'server'),
    })
    const entering = client.enter(impostor.port, pki, dir)
    await impostor.told
    await impostor[Symbol.asyncDispose]()
    await entering
    expect(worthless(impostor.clear())).toBe(true)
  })

  test('M-03 tells nothing to a server with another certificate', async () => {
    const all = await poses(client.service)
    const seen = await Promise.all(all.map(([title, pose]) => met(client, title, pose)))
    expect(seen).toEqual(all.map(([title]) => kept(title)))
  })

  test('M-04 tells nothing to a server that would go without TLS', async () => {
    const all = plain[client.protocol]
    const seen = await Promise.all(all.map((pose, i) => met(client, String(i), pose)))
    expect(seen).toEqual(all.map((_, i) => kept(String(i))))
  })
})
