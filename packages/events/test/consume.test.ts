import { jetstream } from '@nats-io/jetstream'
import { type OrgId, rights, seq, systemClock } from '@parley/core'
import type { Tx } from '@parley/db'
import {
  append,
  consume,
  type Consumer,
  createEventStream,
  createLogSource,
  createRelay,
  type LoggedEvent,
} from '@parley/events'
import { type PrivateNats, privateNats, type TestDatabase } from '@parley/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runHeadOf } from '../src/bus/run-head.ts'
import { streamName } from '../src/bus/subjects.ts'
import { testBus } from './bus-fixture.ts'
import { happened, happening, logDatabase, newLog } from './log-fixture.ts'

let db: TestDatabase
let nats: PrivateNats
let opened: AsyncDisposable[]

beforeEach(async () => {
  opened = []
  nats = await privateNats()
  db = await logDatabase()
  const relay = keep(await testBus('relay', nats.url))
  const source = createLogSource(await db.as('relay'), 'one', 1)
  keep(createRelay({ bus: relay, source, stream: createEventStream(relay), clock: systemClock, shards: 1 }))
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
const within = (): AbortSignal => AbortSignal.timeout(20_000)

/** An effect that can be counted: one row per event, which a second time would double or refuse. */
const record = (tx: Tx, event: LoggedEvent): Promise<unknown> =>
  tx.execute(
    `INSERT INTO audit.leaves (org_id, index, seq, entry, hash) SELECT $1, count(*), $2, $3, '' FROM audit.leaves`,
    [tx.org, event.seq, event.type],
  )

async function start(handler: (tx: Tx, event: LoggedEvent) => Promise<unknown> = record): Promise<Consumer> {
  return keep(
    consume({
      bus: keep(await testBus('audit', nats.url)),
      database: await db.as('audit'),
      consumer: 'audit',
      types: [happened.type],
      handler: async (tx, events) => {
        for (const event of events) await handler(tx, event)
      },
    }),
  )
}
async function write(org: OrgId, count: number): Promise<void> {
  const auth = await db.as('auth')
  for (let n = 0; n < count; n++) await auth.write(org, (tx) => append(tx, rights(0), [happening(n)]))
}
const effects = async (org: OrgId): Promise<unknown[]> =>
  (await db.superuser('SELECT seq FROM audit.leaves WHERE org_id = $1 ORDER BY index', [org])).map((row) =>
    Number(row['seq']),
  )
const counted = (to: number): number[] => Array.from({ length: to }, (_, i) => i + 1)

test('every event has its effect once and in order, with two instances at work', async () => {
  const auth = await db.as('auth')
  const [a, b] = [await newLog(auth, 1), await newLog(auth, 2)]
  const [first, second] = [await start(), await start()]
  await Promise.all([write(a, 40), write(b, 15)])
  await Promise.all([first.settled(a, seq(40), within()), second.settled(b, seq(15), within())])
  expect(await effects(a)).toEqual(counted(40))
  expect(await effects(b)).toEqual(counted(15))
})

test('S9 what a consumer that ends has heard of and not applied is another’s at once', async () => {
  const org = await newLog(await db.as('auth'), 1)
  const gate = Promise.withResolvers<void>()
  const consumer = await start(async (tx, event) => {
    await record(tx, event)
    if (event.seq === 2) await gate.promise
  })
  keep({ [Symbol.asyncDispose]: async () => gate.resolve() })
  await write(org, 1)
  await consumer.settled(org, seq(1), within())
  const bus = keep(await testBus('audit', nats.url))
  await bus.ready
  const { connection } = bus
  if (!connection) throw new Error('not connected')
  const { consumers } = jetstream(connection, { checkAPI: false })
  const known = () =>
    consumers.get(streamName, 'audit').then(
      () => true,
      () => false,
    )
  // The log may have been looked at before the stream was.
  await expect.poll(known, { timeout: 20_000, interval: 20 }).toBe(true)
  const own = await consumers.get(streamName, 'audit')
  const heard = async (): Promise<number> => (await own.info()).num_ack_pending
  const unacknowledged = (count: number) => expect.poll(heard, { timeout: 20_000, interval: 20 }).toBe(count)
  await unacknowledged(0)
  // One at a time, so that each is a message of its own.
  await write(org, 1)
  await unacknowledged(1)
  await write(org, 1)
  await unacknowledged(2)
  const ending = consumer[Symbol.asyncDispose]()
  gate.resolve()
  await ending
  const again = await own.next({ expires: 5000 })
  expect(again && runHeadOf(again.headers)?.to).toBe(3)
})

test('an effect that fails leaves nothing and is tried again, before what follows it', async () => {
  const org = await newLog(await db.as('auth'), 1)
  let failures = 2
  const consumer = await start(async (tx, event) => {
    await record(tx, event)
    if (event.seq === 3 && failures-- > 0) throw new Error('not now')
  })
  await write(org, 5)
  await consumer.settled(org, seq(5), within())
  expect(failures).toBeLessThan(0)
  expect(await effects(org)).toEqual(counted(5))
})

test('what NATS loses is found in the log', async () => {
  const org = await newLog(await db.as('auth'), 1)
  const consumer = await start()
  await write(org, 3)
  await consumer.settled(org, seq(3), within())
  await nats.wipe()
  await write(org, 4)
  // Without NATS: by looking.
  await expect.poll(() => effects(org), { timeout: 20_000, interval: 100 }).toEqual(counted(7))
  await nats.start()
  await write(org, 2)
  await expect.poll(() => effects(org), { timeout: 20_000, interval: 100 }).toEqual(counted(9))
})

test('a consumer cannot write down another service’s place', async () => {
  const org = await newLog(await db.as('auth'), 1)
  const audit = await db.as('audit')
  await expect(
    audit.write(org, (tx) => tx.execute(`SELECT events.take_inbox('push', $1)`, [org])),
  ).rejects.toThrow('not a consumer')
})
