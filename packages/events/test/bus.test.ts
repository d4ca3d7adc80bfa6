import { createBus, type Bus } from '@parley/events'
import { certDirOf, privateNats, testServers } from '@parley/testkit'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testBus } from './bus-fixture.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const flushed = async (bus: Bus): Promise<void> => {
  await bus.connection?.flush()
}

test('a bus without a server is there, connects when the server comes, and again after it was away', async () => {
  await using nats = await privateNats()
  await nats.kill()
  await using gateway = await testBus('gateway', nats.url)
  await using auth = await testBus('auth', nats.url)
  const got: string[] = []
  const connects: boolean[] = []
  gateway.onConnect(() => connects.push(gateway.connected))
  gateway.subscribe('barrier.x', (message) => {
    got.push(text(message.data))
    message.respond('yes')
  })
  auth.publish('barrier.x', 'lost')
  expect(auth.connected).toBe(false)
  await expect(auth.request('barrier.x', 'refused', 1000)).rejects.toMatchObject({ code: 'UNAVAILABLE' })

  await nats.start()
  await Promise.all([gateway.ready, auth.ready])
  await flushed(gateway)
  expect(text(await auth.request('barrier.x', 'first', 5000))).toBe('yes')

  await nats.kill()
  await expect.poll(() => auth.connected || gateway.connected).toBe(false)
  await nats.start()
  await expect.poll(() => auth.connected && gateway.connected, { timeout: 20_000 }).toBe(true)
  await flushed(gateway)
  expect(text(await auth.request('barrier.x', 'second', 5000))).toBe('yes')
  expect(got).toEqual(['first', 'second'])
  expect(connects).toEqual([true, true])
})

test('unsubscribed means silence', async () => {
  await using gateway = await testBus('gateway')
  await gateway.ready
  const got: string[] = []
  const stop = gateway.subscribe('barrier.mine', (message) => got.push(text(message.data)))
  gateway.publish('barrier.mine', '1')
  await flushed(gateway)
  stop()
  gateway.publish('barrier.mine', '2')
  await flushed(gateway)
  expect(got).toEqual(['1'])
})

test('a server that is another service is refused', async () => {
  const servers = await testServers()
  const file = (name: string): string => readFileSync(join(certDirOf(servers, 'auth'), name), 'utf8')
  const told = Promise.withResolvers<unknown>()
  await using bus = createBus({
    url: servers.nats.url,
    service: 'auth',
    tls: () => ({ ca: file('ca.crt'), cert: file('client.crt'), key: file('client.key') }),
    serverUri: `spiffe://${servers.trustDomain}/svc/redis`,
    onProblem: (_what, error) => told.resolve(error),
  })
  expect(String(await told.promise)).toContain('the server is not')
  expect(bus.connected).toBe(false)
})

test('a service may not publish what is another’s', async () => {
  const servers = await testServers()
  const file = (name: string): string => readFileSync(join(certDirOf(servers, 'auth'), name), 'utf8')
  const told = Promise.withResolvers<unknown>()
  await using auth = createBus({
    url: servers.nats.url,
    service: 'auth',
    tls: () => ({ ca: file('ca.crt'), cert: file('client.crt'), key: file('client.key') }),
    serverUri: `spiffe://${servers.trustDomain}/svc/nats`,
    onProblem: (_what, error) => told.resolve(error),
  })
  await auth.ready
  auth.publish('evt.1', '{}')
  expect(String(await told.promise)).toMatch(/permissions violation/i)
})
