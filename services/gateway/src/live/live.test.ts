import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import type { Consumer } from './consumer.ts'
import { Live } from './live.ts'
import type { LogEvent } from './log-event.ts'
import { Queue } from './queue.ts'
import { Ticker } from './ticker.ts'
import { Positions } from './positions.ts'

const event = (seq: number): LogEvent => ({
  seq,
  type: 'of.the.future',
  body: {},
  userIds: [],
  channelId: null,
  revokes: false,
})

/** A gateway over organisations whose logs lie in memory. */
function scene(heads: Record<number, number> = { 1: 0 }) {
  const clock = fixedClock(0)
  const state = {
    did: [] as string[],
    readable: true,
    barriers: new Map<number, number>(),
    applied: [] as ReadonlyMap<number, number>[],
    renewed: true,
    reading: Promise.resolve(),
  }
  const runs = new Map<number, (run: readonly LogEvent[]) => void>()
  const live = new Live({
    clock,
    gateway: 'here',
    tellTaken: (_, { waited }) => {
      if (waited !== undefined) state.did.push(`waited ${waited}`)
    },
    declarations: new Map(),
    subscribe(org, onRun) {
      runs.set(org, onRun)
      return { stop: () => state.did.push(`stop ${org}`) }
    },
    async heads(orgs) {
      await state.reading
      return new Map(orgs.flatMap((org) => (heads[org] === undefined ? [] : [[org, heads[org]] as const])))
    },
    lease: {
      take: () => Promise.resolve(1),
      renew(_, __, applied) {
        state.applied.push(applied)
        if (!state.renewed) return Promise.resolve(null)
        const left = [...state.barriers].filter(([org, seq]) => (applied.get(org) ?? 0) < seq)
        return Promise.resolve({ extended: left.length === 0, barriers: new Map(left) })
      },
      end: () => Promise.resolve(),
    },
    loadMembers: (org, users) =>
      Promise.resolve({
        seq: heads[org] ?? 0,
        open: new Set<number>(),
        webPublic: new Set<number>(),
        people: new Map(
          users.map((user) => [
            user,
            { role: 400, active: true, generation: 1, vantage: 1, sees: null, channels: new Set<number>() },
          ]),
        ),
      }),
    log: {
      after: (org, seq) =>
        state.readable
          ? Promise.resolve(Array.from({ length: (heads[org] ?? 0) - seq }, (_, i) => event(seq + i + 1)))
          : Promise.reject(new Error('unreadable')),
      ends: (org) => Promise.resolve({ seq: heads[org] ?? 0, floor: 0 }),
      moves: () => Promise.resolve([]),
      count: () => Promise.resolve(0),
      events: () => Promise.resolve([]),
      places: () => Promise.resolve({ seq: null, of: new Map() }),
    },
    onEffect: () => {},
    onForget: (org) => state.did.push(`forget ${org}`),
    report: (_, what) => state.did.push(what),
  })
  return { clock, state, heads, live, runs }
}

/** A poll or socket of user 7. */
function reader(more: Partial<Consumer> = {}) {
  const did: string[] = []
  const consumer: Consumer = {
    queue: new Queue({ queueId: 'q', org: 1, user: 7, vantage: 1, narrow: [], eventTypes: null } as never),
    credential: 'key:1',
    until: Infinity,
    heardAt: 0,
    patienceMs: 50_000,
    deliver: () => {},
    pass: () => true,
    beat: (head) => did.push(`beat ${head}`),
    end: (reason) => did.push(reason),
    cut: () => {},
    ...more,
  }
  return { consumer, did }
}

test('an organisation without a log is not followed, and asked for anew the next time', async () => {
  const { state, heads, live } = scene({})
  await expect(live.follow(1)).rejects.toThrow('no log')
  expect([state.did, live.followed(1)]).toEqual([['forget 1', 'stop 1'], null])
  heads[1] = 3
  expect((await live.follow(1)).head).toBe(3)
})

test('what comes while the head is read is not lost', async () => {
  const { state, live, runs } = scene({ 1: 3 })
  const { promise, resolve } = Promise.withResolvers<void>()
  state.reading = promise
  const following = live.follow(1)
  runs.get(1)?.([event(3), event(4)])
  resolve()
  expect((await following).head).toBe(4)
  runs.get(1)?.([event(5)])
  expect(live.followed(1)?.head).toBe(5)
})

test('AC-05 a barrier holds for who is followed, who is about to be, and who is not', async () => {
  const { state, heads, live } = scene({ 1: 2 })
  await live.lease.turn()
  const organisation = await live.follow(1)
  heads[1] = 4
  state.barriers = new Map([
    [1, 4],
    [2, 9],
  ])
  await live.lease.turn()
  expect([organisation.head, state.applied.at(-1)]).toEqual([4, state.barriers])
  delete heads[3]
  const failing = live.follow(3)
  await Promise.all([live.confirm(3, 5), expect(failing).rejects.toThrow('no log')])
  state.barriers = new Map([[3, 5]])
  await live.lease.turn()
  expect(state.applied.at(-1)?.get(3)).toBe(5)
})

test.each(['at a barrier', 'at a comparison'])(
  'F14 a log that cannot be read is let go of %s',
  async (when) => {
    const { state, heads, live } = scene({ 1: 2 })
    await live.lease.turn()
    const organisation = await live.follow(1)
    const { consumer, did } = reader()
    await organisation.serve(consumer, 2, 1)
    heads[1] = 4
    state.readable = false
    state.barriers = new Map([[1, 4]])
    await (when === 'at a barrier' ? live.lease.turn() : live.compare())
    expect([did, state.did, live.followed(1)]).toEqual([
      ['resume'],
      ['following a log', 'forget 1', 'stop 1'],
      null,
    ])
  },
)

test('without the lease everybody begins again; at the end everybody goes elsewhere', async () => {
  const { state, live } = scene()
  await live.lease.turn()
  const organisation = await live.follow(1)
  const first = reader()
  await organisation.serve(first.consumer, 0, 1)
  state.renewed = false
  await live.lease.turn()
  const second = reader()
  await organisation.serve(second.consumer, 0, 1)
  expect(live.counts()).toEqual({ organisations: 1, waiting: 1, bytes: 0 })
  await live.stop()
  expect([first.did, second.did, live.counts().organisations]).toEqual([['resume'], ['restart'], 0])
})

test('what nobody used for a quarter of an hour is forgotten, what somebody waits for is not', async () => {
  const { clock, state, live } = scene({ 1: 0, 2: 0 })
  await live.lease.turn()
  await live.follow(2)
  const organisation = await live.follow(1)
  const { consumer } = reader()
  await organisation.serve(consumer, 0, 1)
  clock.advance(15 * 60_000 + 1)
  live.tidy()
  expect(state.did).toEqual(['forget 2', 'stop 2'])
  organisation.stop(consumer)
  live.tidy()
  expect(state.did).toEqual(['forget 2', 'stop 2', 'forget 1', 'stop 1'])
})

test('as time passes, who waits is told that all is well, and a credential that ended ends its reader', async () => {
  const { clock, live } = scene({ 1: 6 })
  await live.lease.turn()
  const organisation = await live.follow(1)
  const { consumer, did } = reader({ patienceMs: 1000, until: 1800 })
  await organisation.serve(consumer, 6, 1)
  const positions = new Positions(
    () => Promise.resolve([]),
    () => {},
    () => {},
  )
  const ticker = new Ticker(
    live,
    positions,
    clock,
    () => Promise.resolve(),
    () => {},
    () => did.push('look'),
  )
  clock.advance(999)
  ticker.tick()
  expect(did).toEqual(['look'])
  clock.advance(1)
  ticker.tick()
  expect(did).toEqual(['look', 'look', 'beat 6'])
  clock.advance(800)
  ticker.tick()
  expect([did, organisation.idle]).toEqual([['look', 'look', 'beat 6', 'look', 'revoked'], true])
})

test('as time passes, the other gateways are told once of a poll that waits, and of no socket', async () => {
  const { clock, live, state } = scene({ 1: 6 })
  await live.lease.turn()
  const organisation = await live.follow(1)
  const { queue } = reader().consumer
  const socket = new Queue({ ...queue.spec, queueId: 'socket' })
  await organisation.serve(reader({ answered: false }).consumer, 6, 1)
  await organisation.serve(reader({ queue: socket }).consumer, 6, 1)
  const ticker = new Ticker(
    live,
    new Positions(
      () => Promise.resolve([]),
      () => {},
      () => {},
    ),
    clock,
    () => Promise.resolve(),
    () => {},
    () => {},
  )
  for (let second = 0; second < 9; second++) {
    clock.advance(1000)
    ticker.tick()
  }
  expect(state.did).toEqual(['waited 5000'])
})
