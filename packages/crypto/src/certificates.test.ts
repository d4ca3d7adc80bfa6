import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { fixedClock, systemClock, systemIds } from '@parley/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createCa,
  createTokenKey,
  dueForRenewal,
  factsOf,
  issueClient,
  issuePublic,
  issueServer,
  jwksOf,
  loadCa,
  partsOf,
  readPair,
  revokedIn,
  signedBy,
  spiffeId,
  spiffeIdOf,
  trustDomainOf,
  writePair,
} from './index.ts'

const sources = { clock: systemClock, ids: systemIds }
const trustDomain = trustDomainOf('a1b2')
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-crypto-'))
})
afterAll(() => rm(dir, { recursive: true }))

describe('certificates', () => {
  test('a client leaf names its role and one SPIFFE id, and may only connect', async () => {
    const ca = await createCa('Parley test', sources)
    const { cert } = await issueClient(ca, { trustDomain, service: 'auth', role: 'svc_auth' })
    const x = new X509Certificate(cert)
    expect(factsOf(cert).commonName).toBe('svc_auth')
    expect(x.subjectAltName).toBe('URI:spiffe://a1b2.parley.internal/svc/auth')
    expect(x.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(x.ca).toBe(false)
    expect(signedBy(cert, ca.pair.cert)).toBe(true)
  })

  test('a server leaf names hosts, addresses and the service, and may only listen', async () => {
    const ca = await createCa('Parley test', sources)
    const { cert } = await issueServer(ca, { trustDomain, service: 'nats', ips: ['127.0.0.2'] })
    const x = new X509Certificate(cert)
    expect(x.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:127.0.0.2, URI:spiffe://a1b2.parley.internal/svc/nats',
    )
    expect(x.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(spiffeIdOf(x.subjectAltName)).toBe(spiffeId(trustDomain, 'nats'))
  })

  test('an authority loaded from its files issues what its own certificate verifies', async () => {
    const made = await createCa('Parley test', sources)
    await writePair(dir, 'ca', made.pair)
    const pair = await readPair(dir, 'ca')
    if (pair === undefined) throw new Error('the pair was written')
    const { cert } = await issuePublic(await loadCa(pair, sources), {
      dns: ['localhost'],
      ips: ['127.0.0.1'],
    })
    const other = await createCa('Parley test', sources)
    expect(signedBy(cert, made.pair.cert)).toBe(true)
    expect(signedBy(cert, other.pair.cert)).toBe(false)
  })

  test('keys are readable by their owner only; a pair that does not match is refused', async () => {
    const ca = await createCa('Parley test', sources)
    const [a, b] = await Promise.all([
      issuePublic(ca, { dns: ['a'], ips: [] }),
      issuePublic(ca, { dns: ['b'], ips: [] }),
    ])
    await writePair(dir, 'a', a)
    expect((await stat(join(dir, 'a.key'))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(dir, 'a.crt'), 'utf8')).toBe(a.cert)
    await writePair(dir, 'a', { cert: a.cert, key: b.key })
    await expect(readPair(dir, 'a')).rejects.toThrow('not the key of')
    expect(await readPair(dir, 'missing')).toBeUndefined()
    await mkdir(join(dir, 'folder.crt'))
    await expect(readPair(dir, 'folder')).rejects.toThrow('cannot read')
  })

  test('F63 an authority lists what it revoked, under the name that OpenSSL looks for', async () => {
    const [ca, other] = [await createCa('Parley test', sources), await createCa('Parley other', sources)]
    const { cert } = await issueClient(ca, { trustDomain, service: 'auth', role: 'svc_auth' })
    const list = await ca.revoke([factsOf(cert).serial])
    expect(list).toMatch(/^-----BEGIN X509 CRL-----\n/)
    const both = list + (await other.revoke([]))
    expect([...revokedIn(both)]).toEqual([factsOf(cert).serial])
    expect(partsOf(both)).toHaveLength(2)
  })

  test('F61 a certificate is known as signed by one of several authorities', async () => {
    const [one, two, three] = await Promise.all(['1', '2', '3'].map((name) => createCa(name, sources)))
    if (!one || !two || !three) throw new Error('three were made')
    const { cert } = await issueClient(two, { trustDomain, service: 'auth', role: 'svc_auth', generation: 3 })
    expect(signedBy(cert, one.pair.cert + two.pair.cert)).toBe(true)
    expect(signedBy(cert, one.pair.cert + three.pair.cert)).toBe(false)
    expect(factsOf(cert).subjectAltName).toBe('URI:spiffe://a1b2.parley.internal/svc/auth/3')
  })

  test('F62 renewal is due when a third of the life is left', async () => {
    const clock = fixedClock(Date.UTC(2030, 0, 1))
    const ca = await createCa('Parley test', { clock, ids: systemIds })
    const { cert } = await issueClient(ca, { trustDomain, service: 'auth', role: 'svc_auth', days: 30 })
    const day = 86_400_000
    expect(dueForRenewal(cert, clock.now() + 19 * day)).toBe(false)
    expect(dueForRenewal(cert, clock.now() + 21 * day)).toBe(true)
  })
})

describe('the SPIFFE id of a peer', () => {
  const id = 'spiffe://a1b2.parley.internal/svc/auth'
  test.each([
    ['one URI', `URI:${id}`, id],
    ['one URI beside hosts', `DNS:localhost, URI:${id}, IP Address:127.0.0.1`, id],
    ['no certificate', undefined, undefined],
    ['no URI', 'DNS:localhost', undefined],
    ['two URIs', `URI:${id}, URI:${id}`, undefined],
    ['a second URI in capitals elsewhere', `URI:${id}, uri:spiffe://x/svc/y`, undefined],
    ['a quoted name', String.raw`URI:"spiffe://a/svc/x\u002c URI:${id}"`, undefined],
    ['another path', 'URI:spiffe://a1b2.parley.internal/user/auth', undefined],
    ['a later generation', `URI:${id}/2`, `${id}/2`],
    ['a longer path', `URI:${id}/x`, undefined],
    ['a generation that is none', `URI:${id}/0`, undefined],
    ['two generations', `URI:${id}/2/2`, undefined],
    ['an uppercase scheme', 'URI:SPIFFE://a1b2.parley.internal/svc/auth', undefined],
    ['a line break', `URI:${id}\n`, undefined],
    ['a NUL', `URI:${id}\0`, undefined],
    ['another letter', 'URI:spiffe://a1b2.parley.internal/svc/аuth', undefined],
  ])('%s', (_, subjectAltName, expected) => {
    expect(spiffeIdOf(subjectAltName)).toBe(expected)
  })

  test('names that cannot stand in one are refused', () => {
    expect(() => spiffeId('td', 'a/b')).toThrow(TypeError)
    expect(() => spiffeId('td, URI:x', 'a')).toThrow(TypeError)
  })
})

test('a token key shows its private part only in the private JWK', async () => {
  const key = await createTokenKey('gateway')
  expect(key.kid).toMatch(/^gateway\.[\w-]{43}$/)
  expect(key.privateJwk).toMatchObject({ kty: 'OKP', crv: 'Ed25519', kid: key.kid, alg: 'EdDSA' })
  expect(key.privateJwk.d).toBeDefined()
  expect(JSON.stringify(jwksOf([key]))).not.toContain('"d"')
})
