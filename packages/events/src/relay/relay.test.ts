import { setImmediate } from 'node:timers/promises'
import { orgId, type OrgId, rights, seq, systemClock, unavailable } from '@parley/core'
import { expect, test } from 'vitest'
import type { TextEvent } from '../read-log.ts'
import type { LogSource } from './log-source.ts'
import { createRelay, type Relay } from './relay.ts'
import { createEventStream, type EventStream } from './stream.ts'

const org = orgId(2)

const happened: TextEvent = {
  seq: seq(1),
  type: 'test.happened',
  users: [],
  channel: null,
  rights: rights(0),
  revokes: false,
  at: 0,
  body: '{}',
}

/** A relay of one shard with one organisation, whose Postgres and NATS do what the test says. */
function scene(log: Partial<LogSource> = {}, stream: Partial<EventStream> = {}) {
  const problems: string[] = []
  const did: unknown[] = []
  const bus = { connected: true, subscribe: () => () => {}, onConnect: () => () => {} }
  const source: LogSource = {
    takeLease: () => Promise.resolve(1),
    renewLease: () => Promise.resolve(true),
    endLease: () => Promise.resolve(),
    unpublished: () => Promise.resolve([{ org, seq: 1 }]),
    all: () => Promise.resolve([org]),
    readRuns: (asked) =>
      Promise.resolve(
        new Map(
          asked
            .filter(({ after }) => after < 1)
            .map(({ org: one }): [OrgId, TextEvent[]] => [one, [happened]]),
        ),
      ),
    publishedOf: () => Promise.resolve(0),
    notePublished: (_, __, places) => {
      did.push(places)
      return Promise.resolve(true)
    },
    ...log,
  }
  const relay = createRelay({
    bus,
    source,
    stream: {
      ensure: () => Promise.resolve('made'),
      lastOf: () => Promise.resolve(null),
      publish: () => Promise.resolve(1),
      ...stream,
    },
    clock: systemClock,
    shards: 1,
    leaseMs: 60,
    onProblem: (what) => problems.push(what),
  })
  return { relay, problems, did }
}
const published = (relay: Relay) => relay.settled(org, seq(1), AbortSignal.timeout(20_000))
/** Fails the first time. */
const once = <R>(then: R): (() => Promise<R>) => {
  let failed = false
  return () => {
    if (failed) return Promise.resolve(then)
    failed = true
    return Promise.reject(unavailable())
  }
}

test('F04 what the stream does not take, or nobody knows of, is published again', async () => {
  let refused = 0
  const { relay, problems, did } = scene(
    {},
    { lastOf: once(null), publish: () => Promise.resolve(++refused < 2 ? null : 7) },
  )
  await published(relay)
  expect([refused, problems]).toEqual([2, ['relay']])
  await relay[Symbol.asyncDispose]()
  expect(did).toEqual([[{ org, seq: 1 }]])
})

test('F05 a shard that another relay has is let go: when its lease is renewed, and when places are noted', async () => {
  const lost = scene({ takeLease: once(1), renewLease: () => Promise.resolve(false) })
  await expect.poll(() => lost.problems).toContain('shard 0 has another relay')
  await lost.relay[Symbol.asyncDispose]()
  let noted = 0
  const late = scene({ notePublished: () => Promise.resolve(++noted > 1) })
  await expect.poll(() => late.problems, { timeout: 20_000 }).toContain('shard 0 has another relay')
  await late.relay[Symbol.asyncDispose]()
})

test('a relay stops without Postgres too, and says what it could not write down', async () => {
  const { relay, problems } = scene({
    notePublished: () => Promise.reject(unavailable()),
    endLease: () => Promise.reject(unavailable()),
  })
  await published(relay)
  await relay[Symbol.asyncDispose]()
  expect([problems.includes('noting what is published'), problems.includes('lease')]).toEqual([true, true])
})

test('without a connection the stream says that it is not there', async () => {
  const stream = createEventStream({ connection: null })
  const run = { bytes: new Uint8Array(), from: seq(1), to: seq(1), types: [], cut: false }
  for (const asked of [stream.ensure(), stream.lastOf(org), stream.publish(org, run, 0)])
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('F12 what was read before the stream was made anew is not the first thing in it', async () => {
  const events = [1, 2].map((n): TextEvent => ({ ...happened, seq: seq(n) }))
  const [reading, asked, forgotten] = [0, 1, 2].map(() => Promise.withResolvers<void>())
  let made = 'first'
  let tip = 1
  const runs: Record<string, { from: number; to: number }[]> = { first: [], second: [] }
  const lastOf = () => runs[made]?.at(-1)?.to ?? 0
  const { relay } = scene(
    {
      unpublished: () => Promise.resolve([{ org, seq: tip }]),
      all() {
        if (made === 'second') forgotten?.resolve()
        return Promise.resolve([org])
      },
      async readRuns(lanes) {
        const after = lanes[0]?.after ?? 0
        if (after === 1) asked?.resolve()
        if (after === 1) await reading?.promise
        return new Map([[org, events.slice(after, tip)]])
      },
    },
    {
      ensure: () => Promise.resolve(made),
      lastOf: () => Promise.resolve(lastOf() === 0 ? null : { streamSeq: lastOf(), seq: lastOf() }),
      publish(_, { from, to }, expected) {
        if (expected !== lastOf()) return Promise.resolve(null)
        runs[made]?.push({ from, to })
        return Promise.resolve(to)
      },
    },
  )
  await published(relay)
  tip = 2
  await asked?.promise
  made = 'second'
  await forgotten?.promise
  await setImmediate()
  reading?.resolve()
  await relay.settled(org, seq(2), AbortSignal.timeout(20_000))
  expect(runs).toEqual({ first: [{ from: 1, to: 1 }], second: [{ from: 1, to: 2 }] })
  await relay[Symbol.asyncDispose]()
})
