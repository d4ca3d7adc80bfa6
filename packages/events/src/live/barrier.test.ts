import { fixedClock, orgId, seq } from '@parley/core'
import { expect, test } from 'vitest'
import type { BarrierStore, LiveLease } from './barrier-store.ts'
import { type BarrierOptions, createBarrier } from './barrier.ts'

const org = orgId(5)
const never = (): Promise<void> => new Promise(() => {})

interface Gateway {
  readonly lease: LiveLease
  /** When its lease ends, unless it is extended. */
  lapsesAt: number
  barrier: number
  applied: number
}

/** Leases in a world whose time moves only while somebody sleeps. */
function world(gateways: Gateway[]) {
  const clock = fixedClock(0)
  const slept: number[] = []
  const writes: string[] = []
  const during: ((now: number) => void)[] = []
  const store: BarrierStore = {
    live: async () => gateways.map((g) => g.lease),
    async unapplied(_org, at, leases, write) {
      const pending = gateways.filter(
        (g) => leases.includes(g.lease) && g.lapsesAt > clock.monotonic() && g.applied < at,
      )
      if (write)
        for (const g of pending) {
          g.barrier = at
          writes.push(g.lease.gateway)
        }
      return new Set(pending.map((g) => g.lease.gateway))
    },
  }
  const sleep = async (ms: number): Promise<void> => {
    slept.push(ms)
    // What is answered at once is answered before time passes.
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(ms)
    for (const happens of during) happens(clock.monotonic())
  }
  const run = (ask: BarrierOptions['ask']): Promise<void> =>
    createBarrier({ store, ask, clock, sleep })(org, seq(9))
  return { clock, store, slept, writes, during, sleep, run }
}

const gateway = (name: string, lapsesAt = Infinity): Gateway => ({
  lease: { gateway: name, epoch: 1 },
  lapsesAt,
  barrier: 0,
  applied: 0,
})

test('without gateways nobody is waited for', async () => {
  const { run, slept } = world([])
  await run(never)
  expect(slept).toEqual([])
})

test('gateways that confirm are all that is needed', async () => {
  const { run, writes } = world([gateway('a'), gateway('b')])
  const asked: unknown[] = []
  await run(async (...question) => {
    asked.push(question)
  })
  expect(asked).toEqual([
    ['a', 5, 9],
    ['b', 5, 9],
  ])
  expect(writes).toEqual([])
})

test('a silent gateway finds the barrier in its lease, and is waited for until it has applied it', async () => {
  const silent = gateway('silent')
  const { run, writes, during, clock } = world([gateway('a'), silent])
  during.push((now) => {
    if (now >= 400 && silent.barrier > 0) silent.applied = silent.barrier
  })
  await run((name) => (name === 'a' ? Promise.resolve() : never()))
  expect(writes).toEqual(['silent'])
  expect(clock.monotonic()).toBeGreaterThanOrEqual(400)
  expect(clock.monotonic()).toBeLessThan(500)
})

test('a dead gateway is waited for until its lease has lapsed, and no longer', async () => {
  const { run, clock } = world([gateway('dead', 1800)])
  await run(() => Promise.reject(new Error('nobody there')))
  expect(clock.monotonic()).toBeGreaterThanOrEqual(1800)
  expect(clock.monotonic()).toBeLessThan(1900)
})

test('a confirmation that comes late still counts', async () => {
  const late = Promise.withResolvers<void>()
  const { run, during, clock, writes } = world([gateway('late')])
  during.push((now) => {
    if (now >= 300) late.resolve()
  })
  await run(() => late.promise)
  expect(writes).toEqual(['late'])
  expect(clock.monotonic()).toBeLessThan(450)
})

test('where Postgres is away for a moment it is asked again; for good, the caller learns that nobody knows', async () => {
  const { clock, store, sleep } = world([gateway('a')])
  let failures = 3
  const shaky: BarrierStore = {
    ...store,
    live: () => (failures-- > 0 ? Promise.reject(new Error('away')) : store.live()),
  }
  await createBarrier({ store: shaky, ask: () => Promise.resolve(), clock, sleep })(org, seq(9))
  const gone: BarrierStore = { ...store, live: () => Promise.reject(new Error('away')) }
  await expect(createBarrier({ store: gone, ask: never, clock, sleep })(org, seq(9))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryable: false,
  })
})
