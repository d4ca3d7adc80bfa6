import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDeps } from '../../test/deps.ts'
import { createIdentities, type Identities, writeIdentity } from '../../test/identities.ts'
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

test('a pair that does not match or is no certificate leaves the former in use', async () => {
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
})

test('a folder without certificates is an error at once', () => {
  expect(() => watchCertificates(identities.root, testDeps())).toThrow('Certificates cannot be loaded')
})
