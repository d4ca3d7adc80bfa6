import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixedClock, systemClock, systemIds } from '@parley/core'
import { issueClient, issuePublic, issueServer, loadCa, writeAtomically, writePair } from '@parley/crypto'
import { identities, type Identity } from '@parley/cli'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Product, type Scene, scene, startProduct } from '../product.ts'
import { pidOf } from '../faults/processes.ts'
import { pairOf, read } from './certificates.ts'
import { serialShown } from './knock.ts'
import { load } from './load.ts'
import { friend, type Port, portsOf } from './ports.ts'

const dayMs = 86_400_000
/** The issue promises the new certificate on every port within 60 s. */
const promised = { timeout: 60_000, interval: 250 }
const Status = z.object({ trustDomain: z.string() })

/** Writes certificates that are good but near their end everywhere, so that the supervisor's next look replaces them. */
async function age(at: Product): Promise<void> {
  const { trustDomain } = Status.parse(JSON.parse(await at.parley(['status', '--json'])))
  const sources = { clock: fixedClock(systemClock.now() - 25 * dayMs), ids: systemIds }
  const authority = (name: string) =>
    loadCa({ cert: read(at.data, `ca/${name}.crt`), key: read(at.data, `ca/${name}.key`) }, sources)
  const ca = await authority('internal-ca')
  for (const [service, identity] of Object.entries<Identity>(identities)) {
    const dir = join(at.data, 'certs', service)
    if (identity.role !== undefined)
      await writePair(dir, 'client', await issueClient(ca, { trustDomain, service, role: identity.role }))
    if (identity.listens) await writePair(dir, 'server', await issueServer(ca, { trustDomain, service }))
  }
  const shown = new X509Certificate(read(at.data, 'certs/public/server.crt')).subjectAltName ?? ''
  const names = (kind: string): string[] =>
    shown.split(', ').flatMap((name) => (name.startsWith(kind) ? [name.slice(kind.length)] : []))
  const pair = await issuePublic(await authority('public-ca'), {
    dns: names('DNS:'),
    ips: names('IP Address:'),
  })
  await writePair(join(at.data, 'certs/public'), 'server', pair)
}

const fileOf = ({ name, protocol }: Port): string =>
  protocol === 'public' ? 'public' : name.replace(/-\d+$/, '')
const serialOf = (at: Product, port: Port): string =>
  new X509Certificate(read(at.data, `certs/${fileOf(port)}/server.crt`)).serialNumber
const shownOn = (at: Product, port: Port): Promise<string> =>
  serialShown({
    ...friend(at, port),
    host: port.address.slice(4),
    ...(port.protocol === 'public' ? { ca: readFileSync(at.run.ca, 'utf8'), pair: null } : {}),
  })

let product: Product
let stage: Scene
beforeAll(async () => {
  product = await startProduct({ gateways: 2 })
  stage = await scene(product)
}, 240_000)
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]()
  await product?.[Symbol.asyncDispose]()
}, 120_000)

test('F60, M-08 certificates are all replaced under load: no request fails, and every port shows the new one', async () => {
  const { org } = stage
  const account = { email: org.owner.email, apiKey: org.owner.api_key }
  const clients = ['127.0.0.2', '127.0.0.3'].map((address) => stage.client({ ...account, address }))
  const ports = portsOf(product)
  const before = await Promise.all(ports.map((port) => shownOn(product, port)))
  const stop = load(clients, org.owner.user_id)
  await age(product)
  // Another host name: the supervisor looks after its certificates.
  await (await scene(product))[Symbol.asyncDispose]()
  const old = async (): Promise<string[]> => {
    const shown = await Promise.all(ports.map((port) => shownOn(product, port)))
    return ports.flatMap((port, i) => (shown[i] === serialOf(product, port) ? [] : [port.name]))
  }
  await expect.poll(old, promised).toEqual([])
  const after = await Promise.all(ports.map((port) => shownOn(product, port)))
  expect(after.filter((serial, i) => serial === before[i])).toEqual([])
  const { answered, failed } = await stop()
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(20)
}, 180_000)

test('F64, M-12 certificates that do not fit their key are left aside, and said so: the former stay in use', async () => {
  const [auth, nats] = ['auth-1', 'nats'].map((name) => portsOf(product).find((port) => port.name === name))
  if (!auth || !nats) throw new Error('no ports')
  const serials = [await shownOn(product, auth), await shownOn(product, nats)]
  const log = (name: string): string => read(product.data, `logs/${name}.log`)
  const count = (name: string, what: string): number => log(name).split(what).length - 1
  const unusable = 'new certificates are not usable'
  const [saidByAuth, saidByNats] = [count('auth-1', unusable), count('nats', 'Failed to reload')]
  const right = { auth: pairOf(product.data, 'auth', 'server'), nats: pairOf(product.data, 'nats', 'server') }
  const write = (name: 'auth' | 'nats', key: string): Promise<void> =>
    writeAtomically(join(product.data, 'certs', name, 'server.key'), key, 0o600)
  try {
    await write('auth', right.nats.key)
    await write('nats', right.auth.key)
    process.kill(pidOf(product, 'nats'), 'SIGHUP')
    await expect.poll(() => count('auth-1', unusable), promised).toBeGreaterThan(saidByAuth)
    await expect.poll(() => count('nats', 'Failed to reload'), promised).toBeGreaterThan(saidByNats)
    expect([await shownOn(product, auth), await shownOn(product, nats)]).toEqual(serials)
    await stage.owner.ok('GET', '/users/me')
  } finally {
    await write('auth', right.auth.key)
    await write('nats', right.nats.key)
  }
})
