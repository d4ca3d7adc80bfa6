import { maxConnections } from '@parley/db'
import { certDirOf, testDatabase, testServers } from '@parley/testkit'
import { expect, test } from 'vitest'
import { type Certificates, openBus, postgresOptions, watchCertificates } from '../src/index.ts'
import { testDeps } from './deps.ts'
import { until } from './link-fixture.ts'

test('the bus connects anew when its certificate is replaced, and tells what went wrong', async () => {
  const servers = await testServers()
  const deps = testDeps()
  using real = watchCertificates(certDirOf(servers, 'auth'), deps)
  const listeners = new Set<() => void>()
  const certificates: Certificates = {
    ...real,
    client: real.client,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const config = { trustDomain: servers.trustDomain, nats: { url: servers.nats.url } }
  const bus = openBus('auth', config, deps, certificates)
  expect(bus.connection).toBe(null)
  await bus.ready
  let connected = 0
  bus.onConnect(() => connected++)
  for (const listener of listeners) listener()
  await until(() => connected > 0 && bus.connected)
  expect(deps.lines.join()).toContain('trouble with NATS')
  await bus[Symbol.asyncDispose]()
  expect(listeners.size).toBe(0)
})

test('Postgres is entered with the certificate of now, and must be Postgres', async () => {
  const servers = await testServers()
  using certificates = watchCertificates(certDirOf(servers, 'auth'), testDeps())
  const postgres = { host: 'localhost', port: 5432, database: 'parley', pool: 3 }
  const options = postgresOptions({ trustDomain: 'x.parley.internal', postgres }, 'svc_auth', certificates)
  expect(options).toMatchObject({ ...postgres, role: 'svc_auth' })
  const tls = typeof options.tls === 'function' ? options.tls() : null
  expect(tls).toMatchObject({
    cert: certificates.client.cert,
    serverUri: 'spiffe://x.parley.internal/svc/postgres',
  })
})

test('the server says how many connections it takes', async () => {
  await using database = await testDatabase()
  expect(await maxConnections(await database.as('auth'))).toBeGreaterThan(50)
})
