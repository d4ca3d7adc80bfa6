import { orgId, seq, systemClock } from '@parley/core'
import { createAfterCommit, createBarrierStore, serveBarriers } from '@parley/events'
import { type TestDatabase, testDatabase } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { testBus } from './bus-fixture.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

const org = orgId(5)

/** The gateway's side of a lease, as its functions are called. */
async function gatewayLease(name: string) {
  const database = await db.as('gateway')
  const [row] = await database.once(
    z.object({ epoch: z.int() }),
    `SELECT gateway.take_lease($1, '10 minutes') AS epoch`,
    [name],
  )
  const lease = { gateway: name, epoch: row?.epoch ?? 0 }
  return {
    lease,
    renew: async (applied: Record<number, number>, ttl = '10 minutes') =>
      database.once(
        z.object({ extended: z.boolean(), barriers: z.record(z.string(), z.int()) }),
        'SELECT * FROM gateway.renew_lease($1, $2, $3::interval, $4)',
        [name, lease.epoch, ttl, JSON.stringify(applied)],
      ),
    end: () => database.once(z.unknown(), 'SELECT gateway.end_lease($1, $2)', [name, lease.epoch]),
    lapse: () => db.superuser(`UPDATE gateway.leases SET expires_at = now() WHERE gateway_id = $1`, [name]),
  }
}

test('a barrier in a lease stops its renewal until it is applied', async () => {
  const store = createBarrierStore(await db.as('auth'))
  const { lease, renew, end } = await gatewayLease('one')
  expect(await store.live()).toEqual([lease])
  expect(await renew({})).toEqual([{ extended: true, barriers: {} }])
  expect(await store.unapplied(org, seq(7), [lease], true)).toEqual(new Set(['one']))
  // An older one changes nothing, another organisation's stands beside it.
  await store.unapplied(org, seq(6), [lease], true)
  await store.unapplied(orgId(6), seq(1), [lease], true)
  expect(await renew({ 5: 6 })).toEqual([{ extended: false, barriers: { 5: 7, 6: 1 } }])
  expect(await renew({ 5: 7 })).toEqual([{ extended: false, barriers: { 6: 1 } }])
  expect(await store.unapplied(org, seq(7), [lease], false)).toEqual(new Set())
  expect(await store.unapplied(orgId(6), seq(1), [lease], false)).toEqual(new Set(['one']))
  expect(await renew({ 6: 4 })).toEqual([{ extended: true, barriers: {} }])
  await end()
  expect(await store.live()).toEqual([])
})

test('a lapsed lease is nobody to wait for, and is not renewed but taken anew', async () => {
  const store = createBarrierStore(await db.as('streams'))
  const { lease, renew, lapse } = await gatewayLease('two')
  await store.unapplied(org, seq(7), [lease], true)
  await lapse()
  expect(await store.live()).toEqual([])
  expect(await store.unapplied(org, seq(7), [lease], false)).toEqual(new Set())
  expect(await renew({ 5: 7 })).toEqual([])
  const again = await gatewayLease('two')
  expect(again.lease.epoch).toBeGreaterThan(lease.epoch)
  expect(await again.renew({})).toEqual([{ extended: true, barriers: {} }])
  expect(await renew({})).toEqual([])
  await again.end()
})

test('a renewal in flight is waited for, not taken for a lapse', async () => {
  const store = createBarrierStore(await db.as('auth'))
  const { lease, end } = await gatewayLease('three')
  const gateway = await db.as('gateway')
  const renewed = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  await db.superuser(`UPDATE gateway.leases SET expires_at = clock_timestamp() + '300 ms'`)
  const renewal = gateway.write(orgId(0), async (tx) => {
    await tx.execute(`SELECT gateway.renew_lease('three', $1, '10 minutes', '{}')`, [lease.epoch])
    renewed.resolve()
    await go.promise
  })
  await renewed.promise
  await expect
    .poll(() => db.superuser('SELECT 1 FROM gateway.leases WHERE expires_at > clock_timestamp()'))
    .toEqual([])
  const live = store.live()
  await expect.poll(() => db.superuser(`SELECT 1 FROM pg_locks WHERE NOT granted`)).not.toEqual([])
  go.resolve()
  await renewal
  expect(await live).toEqual([lease])
  await end()
})

test('a gateway that answers over NATS is all that a revocation waits for', async () => {
  await using writer = await testBus('auth')
  await using gateway = await testBus('gateway')
  await Promise.all([writer.ready, gateway.ready])
  const { end } = await gatewayLease('four')
  const applied = Promise.withResolvers<void>()
  const asked: unknown[] = []
  serveBarriers(gateway, 'four', async (...place) => {
    asked.push(place)
    await applied.promise
  })
  await gateway.connection?.flush()
  const afterCommit = createAfterCommit({ bus: writer, database: await db.as('auth'), clock: systemClock })
  let over = false
  const waiting = afterCommit.barrier(org, seq(3)).then(() => {
    over = true
  })
  await expect.poll(() => asked).toEqual([[5, 3]])
  expect(over).toBe(false)
  applied.resolve()
  await waiting
  await end()
})

test('every service may wait for gateways, none but the gateway may touch leases', async () => {
  for (const role of ['auth', 'streams', 'messaging', 'uploads', 'audit', 'relay', 'cli'] as const) {
    const database = await db.as(role)
    await expect(database.once(z.unknown(), `SELECT gateway.take_lease('x', '1 s')`)).rejects.toThrow(
      'permission',
    )
    await expect(database.once(z.unknown(), 'SELECT * FROM gateway.leases')).rejects.toThrow('permission')
  }
  expect(await createBarrierStore(await db.as('messaging')).live()).toEqual([])
})
