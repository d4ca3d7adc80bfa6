import { jetstreamManager } from '@nats-io/jetstream'
import { orgId, type OrgId, rights, seq, systemClock } from '@parley/core'
import {
  append,
  type Bus,
  createEventStream,
  createHints,
  createLogSource,
  createRelay,
  decodeRun,
  fittingRun,
  readLog,
  streamName,
  type Relay,
  subscribe,
} from '@parley/events'
import { type PrivateNats, privateNats, type TestDatabase } from '@parley/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testBus } from './bus-fixture.ts'
import { happening, logDatabase, newLog } from './log-fixture.ts'

let db: TestDatabase
let nats: PrivateNats
let opened: AsyncDisposable[]

beforeEach(async () => {
  opened = []
  nats = await privateNats()
  db = await logDatabase()
})
afterEach(async () => {
  for (const one of opened.toReversed()) await one[Symbol.asyncDispose]()
  await db[Symbol.asyncDispose]()
  await nats[Symbol.asyncDispose]()
})

const keep = <D extends AsyncDisposable>(one: D): D => {
  opened.push(one)
  return one
}
const within = (ms = 20_000): AbortSignal => AbortSignal.timeout(ms)

async function startRelay(holder: string, leaseMs = 3000): Promise<Relay> {
  const bus = keep(await testBus('relay', nats.url))
  const source = createLogSource(await db.as('relay'), holder, 2)
  const stream = createEventStream(bus)
  return keep(createRelay({ bus, source, stream, clock: systemClock, shards: 2, leaseMs }))
}

async function write(org: OrgId, count: number): Promise<void> {
  const auth = await db.as('auth')
  for (let n = 0; n < count; n++) await auth.write(org, (tx) => append(tx, rights(0), [happening(n)]))
}

/** What a gateway that drops what it has would apply, and what came in between. */
function follower(bus: Bus, org: OrgId) {
  const applied: number[] = []
  let arrived = 0
  const stop = subscribe(bus, org, (run) => {
    arrived += run.events.length
    for (const event of run.events) if (event.seq === (applied.at(-1) ?? 0) + 1) applied.push(event.seq)
  })
  return {
    applied,
    stop,
    get arrived() {
      return arrived
    },
  }
}

const counted = (to: number): number[] => Array.from({ length: to }, (_, i) => i + 1)

test('F04 what is committed arrives in order, by hint and without', async () => {
  const gateway = keep(await testBus('gateway', nats.url))
  await gateway.ready
  const auth = await db.as('auth')
  const [a, b] = [await newLog(auth, 1), await newLog(auth, 2)]
  const [fa, fb] = [follower(gateway, a), follower(gateway, b)]
  await gateway.connection?.flush()
  const relay = await startRelay('one')
  const hints = createHints(gateway, systemClock)
  await Promise.all([write(a, 30), write(b, 30)])
  hints(a, seq(30))
  await relay.settled(a, seq(30), within())
  await relay.settled(b, seq(30), within())
  await gateway.connection?.flush()
  expect(fa.applied).toEqual(counted(30))
  expect(fb.applied).toEqual(counted(30))
})

/** The places of each organisation's log that the stream holds, in the stream's order. */
async function stored(bus: Bus): Promise<Record<number, number[]>> {
  if (!bus.connection) return {}
  const { streams } = await jetstreamManager(bus.connection, { checkAPI: false })
  const places: Record<number, number[]> = {}
  for (let at = 1; ; at++) {
    const message = await streams.getMessage(streamName, { seq: at }).catch(() => null)
    if (!message) return places
    const { org, events } = decodeRun(message.data)
    places[org] = [...(places[org] ?? []), ...events.map((e) => e.seq)]
  }
}

test('F12 after JetStream is wiped everything is published again, in order', async () => {
  const auth = await db.as('auth')
  const [busy, idle] = [await newLog(auth, 1), await newLog(auth, 2)]
  const relay = await startRelay('one')
  await write(busy, 20)
  await write(idle, 3)
  await relay.settled(busy, seq(20), within())
  await relay.settled(idle, seq(3), within())
  await nats.wipe()
  await write(busy, 5)
  await nats.start()
  // Until the stream is made nobody may ask for what is in it: a server before 2.10 dies of that.
  await relay.settled(busy, seq(25), within())
  await relay.settled(idle, seq(3), within())
  const bus = keep(await testBus('relay', nats.url))
  await bus.ready
  expect(await stored(bus)).toEqual({ [busy]: counted(25), [idle]: counted(3) })
})

test('a stream that loses nothing gets nothing twice from a relay that takes over', async () => {
  const gateway = keep(await testBus('gateway', nats.url))
  await gateway.ready
  const org = await newLog(await db.as('auth'), 1)
  const seen = follower(gateway, org)
  const one = await startRelay('one')
  await write(org, 10)
  await one.settled(org, seq(10), within())
  await one[Symbol.asyncDispose]()
  opened = opened.filter((open) => open !== one)
  await write(org, 10)
  const two = await startRelay('two')
  await two.settled(org, seq(20), within())
  await gateway.connection?.flush()
  expect(seen.applied).toEqual(counted(20))
  expect(seen.arrived).toBe(20)
})

test('F06 of two relays one publishes; the other takes over when the lease lapses, and the first is fenced', async () => {
  const source = createLogSource(await db.as('relay'), 'dead', 2)
  const org = await newLog(await db.as('auth'), 1)
  await write(org, 5)
  const epoch = await source.takeLease(1, 300)
  expect(epoch).toBe(1)
  expect(await source.takeLease(1, 300)).toBeNull()
  expect(await source.notePublished(1, 1, [{ org, seq: 3 }])).toBe(true)

  const relay = await startRelay('standby', 500)
  await relay.settled(org, seq(5), within())
  expect(relay.holds).toContain(1)
  // The dead one wakes up and finds that nothing of it counts any more.
  expect(await source.renewLease(1, 1, 300)).toBe(false)
  expect(await source.notePublished(1, 1, [{ org, seq: 4 }])).toBe(false)
  await expect.poll(() => source.publishedOf(org)).toBe(5)
})

test('what two relays publish at the same time is in the stream once', async () => {
  const bus = keep(await testBus('relay', nats.url))
  await bus.ready
  const stream = createEventStream(bus)
  const org = orgId(1)
  await newLog(await db.as('auth'), 1)
  await write(org, 2)
  const [created, together] = await Promise.all([stream.ensure(), stream.ensure()])
  expect([together, await stream.ensure()]).toEqual([created, created])
  expect(await stream.lastOf(org)).toBeNull()
  const events = await (await db.as('gateway')).read(org, (tx) => readLog(tx, seq(0), seq(2)))
  const run = fittingRun(
    org,
    events.map((event) => ({ ...event, body: JSON.stringify(event.body) })),
  )
  const outcomes = await Promise.all([stream.publish(org, run, 0), stream.publish(org, run, 0)])
  expect(outcomes.filter((o) => o === null)).toHaveLength(1)
  expect(await stream.lastOf(org)).toEqual({ streamSeq: 1, seq: 2 })
})

test('F10 while NATS is away commits go on, and all arrives afterwards', async () => {
  const gateway = keep(await testBus('gateway', nats.url))
  await gateway.ready
  const org = await newLog(await db.as('auth'), 1)
  const seen = follower(gateway, org)
  // Core NATS owes nothing to who has not subscribed yet, nor to who has not read when it dies.
  await gateway.connection?.flush()
  const relay = await startRelay('one')
  await write(org, 3)
  await relay.settled(org, seq(3), within())
  await gateway.connection?.flush()
  await nats.kill()
  await write(org, 7)
  await nats.start()
  await relay.settled(org, seq(10), within())
  await expect.poll(() => gateway.connected).toBe(true)
  // What went out before the gateway was back it takes from the log; here the relay has not been quicker.
  expect(seen.applied.length).toBeGreaterThanOrEqual(3)
})
