import { Capabilities } from '@parley/api'
import { channelId, fixedClock, userId } from '@parley/core'
import { event, type EventDeclaration, passing, type PassingDeclaration } from '@parley/events'
import * as fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import type { Consumer } from './consumer.ts'
import { Lately } from './lately.ts'
import type { LogEvent } from './log-event.ts'
import { Organisation } from './organisation.ts'
import { Queue } from './queue.ts'
import { Ring } from './ring.ts'

const said = event({
  type: 'said',
  emitter: 'messaging',
  audience: 'subscribers',
  body: z.object({}),
  wire: ['said'],
  shape: () => ({ type: 'said' }),
})
const left = event({ type: 'subscription.removed', emitter: 'streams', audience: 'nobody', body: z.any() })
const nod: PassingDeclaration<number> = {
  type: 'nod',
  audience: 'users',
  body: z.int(),
  variant: () => '',
  shapes: (n) => [{ type: 'nod', n }],
}
const Got = z.object({ type: z.string(), id: z.int(), n: z.int().optional() })
type Got = z.infer<typeof Got>

const [ada, bob, talk, elsewhere] = [userId(7), userId(8), channelId(9), channelId(10)]

/** A gateway's organisation over a log in memory; Ada and Bob are in the channel Talk. */
function scene() {
  const log: LogEvent[] = []
  const clock = fixedClock(0)
  const state = { may: true }
  const person = { role: 400, active: true, generation: 1, vantage: 1, sees: null }
  const organisation = new Organisation(1, 0, {
    ring: new Ring(),
    lately: new Lately(clock),
    declarations: new Map([said, left].map((d) => [d.type, d as unknown as EventDeclaration])),
    clock,
    gateway: 'here',
    tellTaken: () => {},
    mayAnswer: () => state.may,
    onEffect: () => {},
    report: () => {},
    loadMembers: (_, users) =>
      Promise.resolve({
        seq: 0,
        people: new Map(users.map((user) => [user, { ...person, channels: new Set([talk]) }])),
        open: new Set([elsewhere]),
        webPublic: new Set(),
      }),
    log: {
      after: (_, seq, limit) => Promise.resolve(log.slice(seq, seq + limit)),
      ends: () => Promise.resolve({ seq: log.length, floor: 0 }),
      count: () => Promise.resolve(0),
      moves: () => Promise.resolve([]),
      events: () => Promise.resolve([]),
      places: () => Promise.resolve({ seq: null, of: new Map() }),
    },
  })
  let nods = 0
  const write = (type: string, body: unknown, userIds: number[], channel: number): void => {
    const seq = log.length + 1
    log.push({ seq, type, body, userIds, channelId: channel, revokes: type === left.type })
  }
  return {
    log,
    clock,
    state,
    organisation,
    /** Appends to the log; it is applied by `apply`. */
    say: (channel: number) => write(said.type, {}, [], channel),
    leave: (user: number) => write(left.type, { channel_id: talk, user_ids: [user], name: '' }, [user], talk),
    apply: () => organisation.take(log.slice(organisation.head)),
    nod: (users = [ada], channel: typeof talk | null = null) => {
      organisation.pass([passing(nod, ++nods, { users, channel })])
      return nods
    },
  }
}

/** A poll, which takes one answer, or a socket, which takes what it has room for. */
function reader(
  kind: 'poll' | 'socket',
  { user = ada, queueId = 'q', types = null as string[] | null } = {},
) {
  const got: Got[] = []
  const room = { left: Infinity }
  const answered = (): boolean => kind === 'poll' && got.length > 0
  const take = (texts: readonly { text: string }[]): void => {
    if (!answered()) got.push(...texts.map(({ text }) => Got.parse(JSON.parse(text))))
  }
  const consumer: Consumer = {
    queue: new Queue({
      queueId,
      org: 1,
      user,
      vantage: 1,
      start: 0,
      eventTypes: types,
      narrow: [],
      allPublicStreams: false,
      capabilities: Capabilities.parse({}),
      applyMarkdown: true,
      slimPresence: false,
      lifespan: 600,
    }),
    credential: 'key:1',
    until: Infinity,
    heardAt: 0,
    patienceMs: 0,
    deliver: take,
    pass: (events) => {
      if (answered() || room.left <= 0) return false
      room.left--
      take(events)
      return true
    },
    beat: () => {},
    end: () => {},
    cut: () => {},
  }
  return { consumer, got, room }
}

/** Handing over to it takes ten milliseconds. */
function slow(one: ReturnType<typeof reader>, clock: { advance(ms: number): void }) {
  const { consumer } = one
  const deliver = consumer.deliver.bind(consumer)
  consumer.deliver = (events) => {
    clock.advance(10)
    deliver(events)
  }
  return one
}

const nodsOf = (got: readonly Got[]): number[] => got.flatMap(({ n }) => n ?? [])

test('it carries the place of the log up to which the queue has everything, and goes to the named alone', async () => {
  const { organisation, say, apply, nod } = scene()
  const [one, other, deaf] = [
    reader('socket'),
    reader('socket', { user: bob, queueId: 'r' }),
    reader('socket', { queueId: 's', types: ['said'] }),
  ]
  for (const { consumer } of [one, other, deaf]) await organisation.serve(consumer, 0, 1)
  nod()
  say(talk)
  say(elsewhere)
  apply()
  nod()
  expect(one.got).toEqual([
    { type: 'nod', n: 1, id: 0 },
    { type: 'said', id: 1 },
    { type: 'nod', n: 2, id: 2 },
  ])
  expect([other, deaf].map(({ got }) => got)).toEqual([[{ type: 'said', id: 1 }], [{ type: 'said', id: 1 }]])
})

test('between two polls it waits for ten seconds', async () => {
  const { organisation, nod, clock } = scene()
  const poll = async () => {
    const { consumer, got } = reader('poll')
    await organisation.serve(consumer, 0, 1)
    organisation.stop(consumer)
    return nodsOf(got)
  }
  nod()
  expect(await poll()).toEqual([])
  for (let i = 0; i < 2; i++) nod()
  nod([bob])
  expect([await poll(), await poll()]).toEqual([[2, 3], []])
  nod()
  clock.advance(10_000)
  expect(await poll()).toEqual([])
})

test('a poll that has its answer, and a socket without room, do not take it', async () => {
  const { organisation, nod, say, apply } = scene()
  const first = reader('poll')
  await organisation.serve(first.consumer, 0, 1)
  say(talk)
  apply()
  nod()
  expect(nodsOf(first.got)).toEqual([])
  const socket = reader('socket')
  await organisation.serve(socket.consumer, 1, 1)
  socket.room.left = 0
  nod()
  socket.room.left = 1
  nod()
  // The second is lost: it would come behind the third.
  expect(nodsOf(socket.got)).toEqual([1, 3])
})

test('AC-05 whoever has left the channel is not told, also of what passed before', async () => {
  const { organisation, nod, leave, apply } = scene()
  const poll = reader('poll')
  await organisation.serve(poll.consumer, 0, 1)
  organisation.stop(poll.consumer)
  nod([ada, bob], talk)
  leave(ada)
  apply()
  nod([ada, bob], talk)
  nod([ada, bob], elsewhere)
  const [late, there] = [reader('socket'), reader('socket', { user: bob, queueId: 'r' })]
  await organisation.serve(late.consumer, 0, 1)
  await organisation.serve(there.consumer, 0, 1)
  expect([nodsOf(late.got), nodsOf(there.got)]).toEqual([[], []])
  nod([ada, bob], talk)
  expect([nodsOf(late.got), nodsOf(there.got)]).toEqual([[], [4]])
})

test('AC-05 when any right is taken, what waits for polls is forgotten', async () => {
  const { organisation, nod, leave, apply } = scene()
  const poll = async () => {
    const { consumer, got } = reader('poll')
    await organisation.serve(consumer, 0, 1)
    organisation.stop(consumer)
    return nodsOf(got)
  }
  await poll()
  nod()
  leave(bob)
  apply()
  expect(await poll()).toEqual([])
  nod()
  expect(await poll()).toEqual([2])
})

test('without the right to answer nothing is told', async () => {
  const { organisation, nod, state } = scene()
  const { consumer, got } = reader('socket')
  await organisation.serve(consumer, 0, 1)
  state.may = false
  nod()
  expect(got).toEqual([])
})

test('what gathers while handing over rests comes before what passes, whose id says that it has come', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const { organisation, say, apply, nod, clock } = scene()
  const one = slow(reader('socket'), clock)
  await organisation.serve(one.consumer, 0, 1)
  for (let i = 0; i < 3; i++) {
    say(talk)
    apply()
  }
  expect(one.got).toEqual([{ type: 'said', id: 1 }])
  nod()
  vi.advanceTimersByTime(100)
  expect(one.got.map(({ type, id }) => [type, id])).toEqual([
    ['said', 1],
    ['said', 2],
    ['said', 3],
    ['nod', 3],
  ])
})

/** `later`: what gathered while handing over rested is due. */
type Step = 'say' | 'elsewhere' | 'apply' | 'later' | 'nod' | 'other' | 'poll' | 'socket' | 'part'
const steps = fc.array(
  fc.constantFrom<Step>('say', 'elsewhere', 'apply', 'later', 'nod', 'other', 'poll', 'socket', 'part'),
  { maxLength: 60 },
)

test('however they mingle: ids never go back, the log comes once and whole, and so does what passes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const { organisation, clock, say, apply, nod, log } = scene()
      const got: Got[] = []
      let passed: number[] = []
      let now: ReturnType<typeof reader> | null = null
      const part = (): void => {
        if (!now) return
        organisation.stop(now.consumer)
        got.push(...now.got)
        now = null
      }
      const begin = async (kind: 'poll' | 'socket'): Promise<void> => {
        part()
        now = slow(reader(kind), clock)
        const last = got.reduce((max, { id }) => Math.max(max, id), 0)
        await organisation.serve(now.consumer, last, 1)
      }
      await begin('poll')
      for (const step of [...given, 'apply', 'poll', 'poll', 'poll'] as const) {
        if (step === 'say') say(talk)
        else if (step === 'elsewhere') say(elsewhere)
        else if (step === 'apply') apply()
        else if (step === 'later') vi.advanceTimersByTime(30)
        else if (step === 'nod') passed = [...passed, nod()]
        else if (step === 'other') nod([bob])
        else if (step === 'part') part()
        else await begin(step)
      }
      part()
      for (const [i, { id }] of got.entries()) expect(id).toBeGreaterThanOrEqual(got[i - 1]?.id ?? 0)
      const mine = log.filter((logged) => logged.channelId === talk).map(({ seq }) => seq)
      expect(got.filter(({ type }) => type === 'said').map(({ id }) => id)).toEqual(mine)
      expect(nodsOf(got)).toEqual(passed)
    }),
  )
})

test('what passes to a crowd takes its time, and so what is said next gathers', async () => {
  const s = scene()
  const { consumer, got } = reader('socket')
  const slow: Consumer = {
    ...consumer,
    pass(events) {
      s.clock.advance(20)
      return consumer.pass(events)
    },
  }
  await s.organisation.serve(slow, 0, 1)
  s.nod()
  s.say(talk)
  s.apply()
  expect(got.map(({ type }) => type)).toEqual(['nod'])
  // A heartbeat would say that nothing is missing.
  expect([...s.organisation.waiting()]).toEqual([slow])
  expect(got.map(({ type }) => type)).toEqual(['nod', 'said'])
})
