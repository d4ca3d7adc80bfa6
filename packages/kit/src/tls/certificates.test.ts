import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fixedClock, systemClock, systemIds } from '@parley/core'
import { factsOf, issueClient, issueServer, loadCa, writePair } from '@parley/crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDeps } from '../../test/deps.ts'
import { createIdentities, type Identities, trustDomain, writeIdentity } from '../../test/identities.ts'
import { until } from '../../test/link-fixture.ts'
import { watchCertificates } from './certificates.ts'

let identities: Identities
beforeAll(async () => {
  identities = await createIdentities()
})
afterAll(() => identities[Symbol.asyncDispose]())

test('a replaced pair is taken up and told of', async () => {
  const deps = testDeps()
  const dir = await identities.add('auth')
  using certificates = watchCertificates(dir, deps)
  const before = certificates.server.cert
  let told = 0
  const forget = certificates.onChange(() => told++)
  await writeIdentity(dir, 'auth', identities.ca)
  const [client, server] = await Promise.all(
    ['client', 'server'].map((name) => readFile(join(dir, `${name}.crt`), 'utf8')),
  )
  await until(() => certificates.server.cert === server && certificates.client.cert === client)
  expect(certificates.server.cert).not.toBe(before)
  expect(told).toBeGreaterThan(0)
  forget()
  expect(certificates.reload()).toBe(false)
  expect(await deps.metrics.registry.metrics()).toMatch(
    /certificate_not_after_seconds\{file="server.crt".*\} \d{10}/,
  )
})

test('F64 a pair that does not match or is no certificate leaves the former in use, and raises an alarm', async () => {
  const deps = testDeps()
  const dir = await identities.add('auth')
  using certificates = watchCertificates(dir, deps)
  const before = certificates.server
  for (const [file, content] of [
    ['server.key', await readFile(join(await identities.add('auth'), 'server.key'), 'utf8')],
    ['server.crt', 'half a cert'],
  ] as const) {
    await writeFile(join(dir, file), content)
    expect(certificates.reload()).toBe(false)
    expect(certificates.server).toBe(before)
  }
  expect(deps.lines.join()).toContain('new certificates are not usable')
  expect(deps.lines.join()).not.toContain('half a cert')
  expect(await deps.metrics.registry.metrics()).toContain('parley_certificates_unusable{service="test"} 1')
  await writeIdentity(dir, 'auth', identities.ca)
  expect(certificates.reload() || certificates.server !== before).toBe(true)
  expect(await deps.metrics.registry.metrics()).toContain('parley_certificates_unusable{service="test"} 0')
})

test('a folder without certificates is an error at once', () => {
  expect(() => watchCertificates(identities.root, testDeps())).toThrow('Certificates cannot be loaded')
})

test('F62 a certificate with less than a third of its life left is told of, hourly, and shown in the metrics', async () => {
  const dir = await identities.add('auth')
  const clock = fixedClock(systemClock.now())
  const deps = { ...testDeps(), clock }
  const hourMs = 3_600_000
  using certificates = watchCertificates(dir, deps)
  const told = (): number => deps.lines.filter((line) => line.includes('runs out')).length
  expect(told()).toBe(0)
  clock.advance(21 * 24 * hourMs)
  certificates.reload()
  certificates.reload()
  // One for each of the two files.
  expect(told()).toBe(2)
  expect(deps.lines.join()).toMatch(/"file":"client.crt".*"not_after":"\d{4}-/)
  const [, left = ''] =
    /parley_certificate_expires_seconds\{file="server.crt".*\} (\d+)/.exec(
      await deps.metrics.registry.metrics(),
    ) ?? []
  expect(Number(left)).toBeLessThan(9 * 24 * 3600)
  expect(Number(left)).toBeGreaterThan(8 * 24 * 3600)
  clock.advance(hourMs)
  certificates.reload()
  expect(told()).toBe(4)
  const renewed = await loadCa(identities.ca.pair, { clock, ids: systemIds })
  const name = { trustDomain, service: 'auth', role: 'svc_auth' }
  await writePair(dir, 'client', await issueClient(renewed, name))
  await writePair(dir, 'server', await issueServer(renewed, name))
  certificates.reload()
  clock.advance(hourMs)
  certificates.reload()
  expect(told()).toBe(4)
})

test('F63 lists of revoked certificates are taken up, and one that cannot be read leaves the former in use', async () => {
  const deps = testDeps()
  const dir = await identities.add('auth')
  using certificates = watchCertificates(dir, deps)
  expect(certificates.server.crl).toBeUndefined()
  const { serial } = factsOf(certificates.client.cert)
  const list = await identities.ca.revoke([serial])
  await writeFile(join(dir, 'ca.crl'), list + (await identities.foreign.revoke([])))
  certificates.reload()
  expect(certificates.server.crl?.map((one) => `${one}\n`)[0]).toBe(list)
  expect(certificates.client.crl).toHaveLength(2)
  for (const broken of ['', 'no list', list.replace(/[A-Za-z]{8}/, 'AAAAAAAA').slice(0, 120)]) {
    await writeFile(join(dir, 'ca.crl'), broken)
    expect(certificates.reload()).toBe(false)
    expect(certificates.server.crl).toHaveLength(2)
  }
  await rm(join(dir, 'ca.crl'))
  expect(certificates.reload()).toBe(false)
  expect(certificates.server.crl).toHaveLength(2)
  expect(deps.lines.join()).toContain('new certificates are not usable')
})
