import { Capabilities } from '@parley/api'
import { fixedClock } from '@parley/core'
import {
  channelAccessChanged,
  channelHistoryClosed,
  type EventDeclaration,
  event,
  keyRegenerated,
  membershipGranted,
  messagesRelocated,
  organisationDeactivated,
  organisationEnding,
  subscriptionRemoved,
  userMoved,
} from '@parley/events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Consumer, EndReason } from './consumer.ts'
import { Lately } from './lately.ts'
import type { LogEvent } from './log-event.ts'
import { Organisation } from './organisation.ts'
import { Poll } from './poll.ts'
import { mostCharacters } from './portion.ts'
import { Queue } from './queue.ts'
import { Ring } from './ring.ts'
import type { Move } from './visibility.ts'

const said = event({
  type: 'said',
  emitter: 'messaging',
  audience: 'subscribers',
  body: z.object({ text: z.string() }),
  wire: ['said'],
  shape: (body) => ({ type: 'said', text: body.text }),
})
const edited = event({
  type: 'edited',
  emitter: 'messaging',
  audience: 'subscribers',
  content: true,
  body: z.object({}),
  wire: ['edited'],
  shape: () => ({ type: 'edited' }),
})
const told = event({
  type: 'told',
  emitter: 'messaging',
  audience: 'subscribers',
  body: z.object({ ids: z.array(z.int()) }),
  wire: ['told'],
  messagesIn: (body) => body.ids,
  shape: (body) => ({ type: 'told', ids: body.ids }),
})
const readers = event({
  type: 'readers',
  emitter: 'messaging',
  audience: 'readers',
  content: true,
  body: z.object({ id: z.int(), beside: z.array(z.int()).nullable() }),
  wire: ['readers'],
  messagesIn: (body) => [body.id],
  beside: (body) => body.beside,
  shape: (body) => ({ type: 'readers', id: body.id }),
})
const gone = event({
  type: 'gone',
  emitter: 'streams',
  audience: 'leavers',
  body: z.object({}),
  wire: ['gone'],
  shape: () => ({ type: 'gone' }),
})
const everywhere = event({
  type: 'everywhere',
  emitter: 'streams',
  audience: 'organisation',
  body: z.object({ channel: z.int(), creator: z.int().nullable() }),
  wire: ['everywhere'],
  about: (body) => body,
  shape: () => ({ type: 'everywhere' }),
})
const unshapeable = event({
  type: 'unshapeable',
  emitter: 'streams',
  audience: 'subscribers',
  body: z.object({}),
  wire: ['unshapeable'],
  shape: () => {
    throw new Error('no shape')
  },
})
const anybody = (d: unknown): EventDeclaration => d as EventDeclaration
// Here only who moves where counts.
const moved = (declared: EventDeclaration): EventDeclaration => ({
  ...declared,
  body: z.any(),
  shape: () => null,
})
const declarations = new Map(
  [
    anybody(said),
    anybody(edited),
    anybody(gone),
    anybody(unshapeable),
    moved(anybody(membershipGranted)),
    moved(anybody(subscriptionRemoved)),
    anybody(keyRegenerated),
    anybody(organisationDeactivated),
    anybody(organisationEnding),
    moved(anybody(userMoved)),
    anybody(told),
    anybody(readers),
    anybody(messagesRelocated),
    anybody(everywhere),
    anybody(channelAccessChanged),
    moved(anybody(channelHistoryClosed)),
  ].map((d) => [d.type, d]),
)

const kindOf: Partial<Record<string, Move['kind']>> = {
  'membership.granted': 'joined',
  'subscription.removed': 'left',
  'channel.history-closed': 'withheld',
}

/** Where the log says that messages went last. */
function placesIn(log: readonly LogEvent[], user: number, messages: readonly number[]) {
  const moves = log
    .filter(({ type }) => type === messagesRelocated.type)
    .map(({ body }) => messagesRelocated.body.parse(body))
  return new Map(
    messages.flatMap((id) => {
      const last = moves.findLast(({ message_ids: ids }) => ids.includes(id))
      if (!last) return []
      const held =
        !last.holders ||
        last.holders.some((some) => some.user_ids.includes(user) && some.message_ids.includes(id))
      return [[id, { channel: last.to, holders: held ? null : new Set<number>() }] as const]
    }),
  )
}

/** One organisation over a log in memory. */
function scene(head = 0, ringBytes = 64 * 1024 * 1024) {
  const log: LogEvent[] = []
  const clock = fixedClock(0)
  const state = {
    may: true,
    floor: 0,
    channels: new Map<number, Set<number>>(),
    open: [] as number[],
    webPublic: [] as number[],
    guests: [] as number[],
    reads: 0,
    loads: 0,
    reported: [] as string[],
    /** What the other gateways were told: of queues that sockets took, and polls. */
    taken: [] as boolean[],
    /** Messages that were asked for, call by call. */
    asked: [] as number[][],
    /** What happens while the log is read. */
    meanwhile: () => {},
  }
  const add = (type: string, body: unknown, userIds: number[], channelId: number | null, revokes = false) => {
    const one = { seq: log.length + 1, type, body, userIds, channelId, revokes }
    log.push(one)
    return one
  }
  const organisation = new Organisation(1, head, {
    ring: new Ring(ringBytes),
    lately: new Lately(fixedClock(0)),
    declarations,
    clock,
    gateway: 'here',
    tellTaken: (_, { stays }) => state.taken.push(stays),
    mayAnswer: () => state.may,
    onEffect: () => {},
    report: (_, type) => state.reported.push(type),
    loadMembers: (_, users) => {
      state.loads++
      const channels = (user: number) => state.channels.get(user) ?? new Set<number>()
      const people = users.map(
        (user) =>
          [
            user,
            {
              role: state.guests.includes(user) ? 600 : 400,
              active: true,
              generation: 1,
              vantage: 1,
              channels: new Set(channels(user)),
              sees: null,
            },
          ] as const,
      )
      const open = { open: new Set(state.open), webPublic: new Set(state.webPublic) }
      return Promise.resolve({ seq: log.length, people: new Map(people), ...open })
    },
    log: {
      after: (_, seq, limit) => Promise.resolve(log.slice(seq, seq + limit)),
      ends: () => Promise.resolve({ seq: log.length, floor: state.floor }),
      count: (s) => Promise.resolve(log.slice(s.after, s.upTo).length),
      moves: (s) =>
        Promise.resolve(
          log
            .slice(s.after, s.upTo)
            .flatMap((e): Move[] =>
              kindOf[e.type] && e.userIds.includes(s.user)
                ? [{ seq: e.seq, kind: kindOf[e.type] ?? 'left', channel: z.int().parse(e.channelId) }]
                : [],
            ),
        ),
      places: (_, user, messages) => {
        state.asked.push([...messages])
        return Promise.resolve({ seq: log.length, of: placesIn(log, user, messages) })
      },
      events: (s, limit) => {
        state.reads++
        state.meanwhile()
        state.meanwhile = () => {}
        const mine = log
          .slice(s.after, s.upTo)
          .filter(
            (e) =>
              e.userIds.includes(s.user) || s.channels.includes(e.channelId ?? -1) || e.type === 'everywhere',
          )
        return Promise.resolve(mine.slice(0, limit))
      },
    },
  })
  const place = (user: number, channel: number, inside: boolean) => {
    const channels = state.channels.get(user) ?? new Set()
    if (inside) channels.add(channel)
    else channels.delete(channel)
    state.channels.set(user, channels)
    const body = { channel_id: channel, user_ids: [user], name: 'x' }
    return inside
      ? add('membership.granted', body, [user], channel)
      : add('subscription.removed', body, [user], channel, true)
  }
  return {
    log,
    clock,
    state,
    add,
    place,
    organisation,
    say: (channel: number, text = 'x') => add('said', { text }, [], channel),
  }
}

const spec = (user: number, queueId = 'q', allPublicStreams = false, vantage = 1): Queue =>
  new Queue({
    queueId,
    org: 1,
    user,
    vantage,
    start: 0,
    eventTypes: null,
    narrow: [],
    allPublicStreams,
    capabilities: Capabilities.parse({}),
    applyMarkdown: true,
    slimPresence: false,
    lifespan: 600,
  })

function reader(user: number, queueId = 'q', credential = 'key:1', all = false) {
  const got: number[] = []
  const ended: EndReason[] = []
  const cuts = { count: 0 }
  const consumer: Consumer = {
    queue: spec(user, queueId, all),
    credential,
    until: Infinity,
    heardAt: 0,
    patienceMs: 0,
    deliver: (events) =>
      got.push(...events.map((e) => z.object({ id: z.int() }).parse(JSON.parse(e.text)).id)),
    pass: () => true,
    beat: () => {},
    end: (reason) => ended.push(reason),
    cut: () => cuts.count++,
  }
  return { consumer, got, ended, cuts }
}

test('a queue gets what it missed and then what comes, each once and in order', async () => {
  const { log, organisation, place, say } = scene()
  place(7, 9, true)
  say(9)
  say(8)
  say(9)
  await organisation.reach(4)
  const { consumer, got } = reader(7)
  await organisation.serve(consumer, 0, 1)
  expect(got).toEqual([2, 4])
  say(9)
  say(8)
  organisation.take(log.slice(4))
  expect([got, organisation.head]).toEqual([[2, 4, 5], 6])
})

test('a poll that comes back to much is given a part of it at a time, in order and each once', async () => {
  const { organisation, place, say } = scene()
  place(7, 9, true)
  for (let n = 0; n < 20_000; n++) say(9)
  await organisation.reach(20_001)
  const ids: number[] = []
  let answers = 0
  for (let after = 1; after < organisation.head; answers++) {
    const poll = new Poll(
      spec(7, 'q'),
      { credential: 'key:1', until: Infinity },
      {} as never,
      fixedClock(0),
      0,
    )
    await organisation.serve(poll, after, 1)
    // Whoever was answered waits for nothing.
    expect(organisation.waitingCount).toBe(0)
    const outcome = await poll.outcome
    organisation.stop(poll)
    const given = outcome.kind === 'events' ? outcome.events : []
    expect(given.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(mostCharacters)
    ids.push(...given.map(({ seq }) => seq))
    after = ids.at(-1) ?? organisation.head
  }
  expect(answers).toBeGreaterThan(1)
  expect(ids).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 2))
})

test('AC-05 after a removal nothing of the channel is handed out, also of what was sent before it', async () => {
  const { log, organisation, place, say } = scene()
  place(7, 9, true)
  say(9)
  place(7, 9, false)
  await organisation.reach(3)
  const late = reader(7)
  await organisation.serve(late.consumer, 0, 1)
  expect(late.got).toEqual([])
  place(7, 9, true)
  say(9)
  say(9)
  place(7, 9, false)
  say(9)
  organisation.take(log.slice(3))
  await organisation.confirm(8)
  // 5 and 6 were on their way before the removal was applied; what came after it was not.
  expect([late.got, late.cuts.count]).toEqual([[5, 6], 1])
})

test('what the ring has forgotten is read by audience, and taken over from memory without a gap', async () => {
  const { log, organisation, place, say, state } = scene(0, 20_000)
  place(7, 9, true)
  for (let i = 0; i < 1500; i++) say(i % 3 === 0 ? 8 : 9)
  place(7, 8, true)
  say(8)
  await organisation.reach(log.length)
  const { consumer, got } = reader(7)
  await organisation.serve(consumer, 0, 1)
  const expected = log
    .filter((e) => e.type === 'said' && (e.channelId === 9 || e.seq > 1502))
    .map((e) => e.seq)
  expect(got).toEqual(expected)
  expect(state.reads).toBeGreaterThan(2)
})

test('who came and went while catching up took several reads is told of neither; who was there, of the going', async () => {
  // The ring forgets all but the end, so that what is told of the going is judged apart from the coming.
  const { organisation, place, say, add, log } = scene(0, 20_000)
  place(8, 9, true)
  place(7, 9, true)
  place(7, 5, true)
  for (let i = 0; i < 1500; i++) say(5)
  for (const user of [7, 8]) {
    place(user, 9, false)
    add('gone', {}, [user], 9)
  }
  await organisation.reach(log.length)
  const [newcomer, old] = [reader(7, 'a'), reader(8, 'b')]
  await organisation.serve(newcomer.consumer, 1, 1)
  await organisation.serve(old.consumer, 1, 1)
  expect(newcomer.got).toEqual(log.filter((e) => e.type === 'said').map((e) => e.seq))
  expect(old.got).toEqual([log.length])
})

test('a queue behind the floor, or too far behind, is refused', async () => {
  const { organisation, place, say, state, log } = scene(0, 20_000)
  place(7, 9, true)
  for (let i = 0; i < 20_100; i++) say(9)
  await organisation.reach(log.length)
  const refused = { code: 'BAD_EVENT_QUEUE_ID' }
  await expect(organisation.serve(reader(7).consumer, 5, 1)).rejects.toMatchObject(refused)
  state.floor = 20_050
  await expect(organisation.serve(reader(7).consumer, 20_000, 1)).rejects.toMatchObject(refused)
})

test('whoever serves a queue second ends the first; a deleted queue ends too', async () => {
  const { organisation } = scene()
  const [first, second] = [reader(7), reader(7)]
  await organisation.serve(first.consumer, 0, 1)
  await organisation.serve(second.consumer, 0, 1)
  organisation.endQueue('q', 'gone')
  expect([first.ended, second.ended, organisation.idle]).toEqual([['superseded'], ['gone'], true])
})

test('whoever serves a queue at another gateway ends the one here, and only of that queue', async () => {
  const { organisation, state } = scene()
  const one = reader(7)
  await organisation.serve(one.consumer, 0, 1)
  const taken = { queue_id: 'other', gateway: 'there', number: 9, stays: true }
  organisation.taken(taken)
  expect(one.ended).toEqual([])
  organisation.taken({ ...taken, queue_id: 'q' })
  expect([one.ended, organisation.idle, state.taken]).toEqual([['superseded'], true, [true]])
  const poll = new Poll(
    one.consumer.queue,
    { credential: 'key:1', until: Infinity },
    {} as never,
    fixedClock(0),
    0,
  )
  await organisation.serve(poll, 0, 1)
  organisation.taken({ ...taken, queue_id: 'q', number: 10, stays: false })
  expect([await poll.outcome, state.taken]).toEqual([{ kind: 'end', reason: 'superseded' }, [true, false]])
})

test('of two polls of a queue at two gateways the former one is ended once the other has waited for a while', async () => {
  const { organisation, state, clock } = scene()
  const { queue } = reader(7).consumer
  const poll = () => new Poll(queue, { credential: 'key:1', until: Infinity }, {} as never, clock, 0)
  const former = poll()
  await organisation.serve(former, 0, 1)
  clock.advance(8000)
  organisation.waits(former)
  organisation.waits(reader(8).consumer)
  expect(state.taken).toEqual([false])
  organisation.taken({ queue_id: 'q', gateway: 'there', number: 0, stays: false, waited: 5000 })
  expect([await former.outcome, organisation.idle]).toEqual([{ kind: 'end', reason: 'superseded' }, true])
  const newer = poll()
  await organisation.serve(newer, 0, 1)
  organisation.taken({ queue_id: 'q', gateway: 'there', number: 9, stays: false, waited: 5000 })
  expect(organisation.idle).toBe(false)
})

test('AU-12 a credential that ended loses its connections, and those of others stay', async () => {
  const { add, organisation, log } = scene()
  const readers = [reader(7, 'a'), reader(7, 'b', 'session:1'), reader(8, 'c')]
  for (const { consumer } of readers) await organisation.serve(consumer, 0, 1)
  add('key.regenerated', { user_id: 7, key_id: 2, generation: 2, by: 7 }, [], null, true)
  organisation.take(log)
  await organisation.confirm(1)
  expect(readers.map((r) => [r.ended, r.cuts.count])).toEqual([
    [['revoked'], 1],
    [[], 1],
    [[], 0],
  ])
  const old = organisation.serve(reader(7, 'd').consumer, 0, 1)
  await expect(old).rejects.toMatchObject({ code: 'UNAUTHORIZED', data: { stale: true } })
  await organisation.serve(reader(7, 'd').consumer, 0, 2)
})

test('without a lease nothing is handed out: sockets begin again', async () => {
  const { organisation, place, say, state, log } = scene()
  place(7, 9, true)
  await organisation.reach(1)
  const { consumer, got, ended } = reader(7)
  await organisation.serve(consumer, 1, 1)
  state.may = false
  say(9)
  organisation.take(log.slice(1))
  expect([got, ended]).toEqual([[], ['resume']])
  await expect(organisation.serve(reader(7).consumer, 1, 1)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  })
})

test('F14 MD-08 an event that nobody can read does not hold up the others', async () => {
  const { organisation, place, say, add, state, log } = scene()
  place(7, 9, true)
  await organisation.reach(1)
  const { consumer, got } = reader(7)
  await organisation.serve(consumer, 1, 1)
  add('said', { text: 5 }, [], 9)
  add('of.the.future', {}, [7], null)
  say(9)
  organisation.take(log.slice(1))
  expect([got, state.reported]).toEqual([[4], ['said', 'of.the.future']])
})

test('AC-05 what was told to everybody of a channel is nobody’s once it is private, but of who knows it still', async () => {
  const { log, organisation, place, say, add, state } = scene()
  const access = (invite_only: boolean) =>
    add(
      'channel.access-changed',
      {
        channel_id: 9,
        invite_only,
        history_public_to_subscribers: true,
        is_web_public: false,
        is_archived: false,
        by: 1,
      },
      [],
      null,
      true,
    )
  state.open = [9]
  place(7, 9, true)
  add('everywhere', { channel: 9, creator: 5 }, [], null)
  await organisation.reach(2)
  const [inside, outside, all, creator] = [7, 8, 6, 5].map((user) => reader(user, `q${user}`))
  if (!inside || !outside || !all || !creator) throw new Error('no reader')
  Object.assign(all.consumer, { queue: spec(6, 'q6', true) })
  for (const { consumer } of [inside, outside, all, creator]) await organisation.serve(consumer, 1, 1)
  say(9)
  access(true)
  say(9)
  organisation.take(log.slice(2))
  await organisation.confirm(5)
  expect([inside, outside, all].map((one) => [one.got, one.cuts.count])).toEqual([
    [[2, 3, 5], 0],
    [[2], 1],
    [[2, 3], 1],
  ])
  // Who asks only now: nothing of it is told any more.
  const late = [7, 8, 6, 5].map((user) => reader(user, `late${user}`))
  for (const { consumer } of late) await organisation.serve(consumer, 1, 1)
  expect(late.map(({ got }) => got)).toEqual([[2, 3, 5], [], [], [2]])
  access(false)
  organisation.take(log.slice(5))
  const again = reader(8, 'again')
  await organisation.serve(again.consumer, 1, 1)
  expect(again.got).toEqual([2])
})

test('AC-02 what was told to guests of a web-public channel is theirs no more once it is not, but of who is in it', async () => {
  const { log, organisation, place, add, state } = scene()
  Object.assign(state, { open: [9], webPublic: [9], guests: [7, 8] })
  place(7, 9, true)
  add('everywhere', { channel: 9, creator: 8 }, [], null)
  await organisation.reach(2)
  const [inside, outside, member] = [7, 8, 6].map((user) => reader(user, `q${user}`))
  if (!inside || !outside || !member) throw new Error('no reader')
  for (const { consumer } of [inside, outside, member]) await organisation.serve(consumer, 1, 1)
  const kind = { invite_only: false, history_public_to_subscribers: true, is_archived: false }
  const body = { channel_id: 9, ...kind, is_web_public: false, by: 1 }
  add('channel.access-changed', body, [], null, true)
  organisation.take(log.slice(2))
  await organisation.confirm(3)
  expect([inside, outside, member].map((one) => [one.got, one.cuts.count])).toEqual([
    [[2], 0],
    [[2], 1],
    [[2], 0],
  ])
  const late = [7, 8, 6].map((user) => reader(user, `late${user}`))
  for (const { consumer } of late) await organisation.serve(consumer, 1, 1)
  expect(late.map(({ got }) => got)).toEqual([[2], [], [2]])
})

test.each([
  ['memory', 64 * 1024 * 1024],
  ['the log', 3000],
])('AC-05 changes of a history that was closed since reach nobody late, from %s', async (_, ringBytes) => {
  const { log, organisation, place, say, add, state } = scene(0, ringBytes)
  place(7, 9, true)
  place(7, 10, true)
  place(8, 10, true)
  await organisation.reach(3)
  const inside = reader(7, 'inside')
  await organisation.serve(inside.consumer, 3, 1)
  add('edited', {}, [], 9)
  const body = { channel_id: 9, user_ids: [7] }
  add('channel.history-closed', body, [7], 9, true)
  add('edited', {}, [], 10)
  say(9, 'x'.repeat(500))
  for (let i = 0; i < 30; i++) say(10, 'x'.repeat(200))
  organisation.take(log.slice(3))
  await organisation.confirm(log.length)
  // Who was served all along has had it before; what of it may still wait in this process does not leave.
  expect([inside.got.slice(0, 3), inside.cuts.count]).toEqual([[4, 6, 7], 1])
  state.reads = 0
  const late = reader(7, 'late')
  await expect(organisation.serve(late.consumer, 3, 1)).rejects.toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
  expect(late.got).toEqual([])
  // Nothing of it is still to come: it goes on.
  const after = reader(7, 'after')
  await organisation.serve(after.consumer, 4, 1)
  expect(after.got.slice(0, 2)).toEqual([6, 7])
  const other = reader(8, 'other')
  await organisation.serve(other.consumer, 3, 1)
  expect(other.got[0]).toBe(6)
  expect(state.reads > 0).toBe(ringBytes === 3000)
})

test('who sees the organisation from elsewhere begins anew; who has begun anew already goes on', async () => {
  const { log, organisation, add } = scene()
  const [before, since, other] = [reader(7, 'before'), reader(7, 'since'), reader(8, 'other')]
  Object.assign(since.consumer, { queue: spec(7, 'since', false, 2) })
  for (const { consumer } of [before, since, other]) await organisation.serve(consumer, 0, 1)
  add('user.moved', { user_id: 7, role: 400, vantage: 2 }, [], null, true)
  organisation.take(log)
  await organisation.confirm(1)
  expect([before, since, other].map(({ ended }) => ended)).toEqual([['gone'], [], []])
})

test('F14 an event that cannot be shaped does not hold up the others', async () => {
  const { organisation, place, say, add, state, log } = scene()
  place(7, 9, true)
  await organisation.reach(1)
  const { consumer, got } = reader(7)
  await organisation.serve(consumer, 1, 1)
  add('unshapeable', {}, [], 9)
  say(9)
  organisation.take(log.slice(1))
  expect([got, state.reported]).toEqual([[3], ['unshapeable']])
})

test('AC-05 where it cannot be told whom a change of rights touches, everybody begins again', async () => {
  const { organisation, place, add, say, state, log } = scene()
  place(7, 9, true)
  await organisation.reach(1)
  const one = reader(7)
  await organisation.serve(one.consumer, 1, 1)
  add('key.regenerated', { user_id: 'seven' }, [], null, true)
  say(9)
  organisation.take(log.slice(1))
  expect([one.got, one.ended, new Set(state.reported)]).toEqual([
    [],
    ['resume'],
    new Set(['key.regenerated']),
  ])
  const again = reader(7)
  await organisation.serve(again.consumer, 1, 1)
  expect(again.got).toEqual([3])
})

/** Two who wait in a channel, and handing over takes so long that what comes then gathers. */
async function gathering() {
  const { organisation, clock, log, ...made } = scene()
  made.place(7, 9, true)
  made.place(8, 9, true)
  await organisation.reach(2)
  const [one, two] = [reader(7), reader(8, 'other')]
  for (const { consumer } of [one, two]) {
    const deliver = consumer.deliver.bind(consumer)
    consumer.deliver = (events) => {
      clock.advance(10)
      deliver(events)
    }
    await organisation.serve(consumer, 2, 1)
  }
  const take = (): void => {
    organisation.take(log.slice(organisation.head))
  }
  made.say(9)
  take()
  made.say(9)
  made.say(9)
  take()
  expect([one.got, two.got]).toEqual([[3], [3]])
  return { ...made, organisation, one, two, take }
}

describe('while handing over rests', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('what comes is handed over together', async () => {
    const { one, two } = await gathering()
    vi.advanceTimersByTime(100)
    expect([one.got, two.got]).toEqual([
      [3, 4, 5],
      [3, 4, 5],
    ])
  })

  test('what is pending goes before a right is taken, and nothing of it after', async () => {
    const { one, two, say, place, take } = await gathering()
    place(7, 9, false)
    say(9)
    take()
    expect([one.got, two.got]).toEqual([
      [3, 4, 5],
      [3, 4, 5],
    ])
    vi.advanceTimersByTime(100)
    expect([one.got, two.got]).toEqual([
      [3, 4, 5],
      [3, 4, 5, 7],
    ])
  })

  test('a heartbeat, whose id says that nothing is missing, finds nothing pending', async () => {
    const { one, two, organisation } = await gathering()
    expect([...organisation.waiting()]).toHaveLength(2)
    expect([one.got, two.got]).toEqual([
      [3, 4, 5],
      [3, 4, 5],
    ])
  })

  test('who may not be answered any more begins again', async () => {
    const { one, two, state } = await gathering()
    state.may = false
    vi.advanceTimersByTime(100)
    expect([one.got, two.ended]).toEqual([[3], ['resume']])
  })

  test('one that cannot be handed anything begins again, and keeps nothing from the others', async () => {
    const { one, two, state } = await gathering()
    one.consumer.deliver = () => {
      throw new Error('broken')
    }
    vi.advanceTimersByTime(100)
    expect([one.got, one.ended, two.got, state.reported]).toEqual([
      [3],
      ['resume'],
      [3, 4, 5],
      ['handing over'],
    ])
  })

  test('who is let go is handed nothing', async () => {
    const { one, two, organisation } = await gathering()
    organisation.stop(one.consumer)
    vi.advanceTimersByTime(100)
    expect([one.got, two.got]).toEqual([[3], [3, 4, 5]])
  })
})

test('a reader that ends by what it is handed is served no more', async () => {
  const { organisation, place, say, log } = scene()
  place(7, 9, true)
  say(9)
  await organisation.reach(2)
  const { consumer, got } = reader(7)
  const { deliver } = { deliver: consumer.deliver.bind(consumer) }
  consumer.deliver = (events) => {
    deliver(events)
    organisation.stop(consumer)
  }
  await organisation.serve(consumer, 0, 1)
  say(9)
  organisation.take(log.slice(2))
  expect([got, organisation.idle, organisation.waitingCount]).toEqual([[2], true, 0])
})

/** Far more than the ring keeps. */
function behind() {
  const made = scene(0, 3000)
  made.place(7, 9, true)
  for (let i = 0; i < 40; i++) made.say(9)
  made.add('of.the.future', {}, [7], null)
  for (let i = 0; i < 40; i++) made.say(9)
  const said = () => made.log.filter(({ type }) => type === 'said').map(({ seq }) => seq)
  return { ...made, said }
}

test('who hangs up while the log is read is handed nothing more', async () => {
  const { organisation, state, log } = behind()
  await organisation.reach(log.length)
  const { consumer, got } = reader(7)
  state.meanwhile = () => organisation.stop(consumer)
  await organisation.serve(consumer, 0, 1)
  expect([got, state.reads, organisation.idle]).toEqual([[], 1, true])
})

test('where memory forgets the moves while the log is read, it is read again', async () => {
  const { organisation, state, say, log, said } = behind()
  await organisation.reach(log.length)
  const { consumer, got } = reader(7)
  state.meanwhile = () => {
    const before = log.length
    for (let i = 0; i < 40; i++) say(9)
    organisation.take(log.slice(before))
  }
  await organisation.serve(consumer, 0, 1)
  expect(got).toEqual(said())
  expect(state.reads).toBeGreaterThan(1)
})

test('AU-12 who is deactivated while the log is read gets nothing of it', async () => {
  const { organisation, state, add, log } = behind()
  await organisation.reach(log.length)
  const { consumer, got, ended } = reader(7)
  state.meanwhile = () => {
    add('user.deactivated', { user_id: 7, generation: 2, by: 1 }, [], null, true)
    organisation.take(log.slice(-1))
  }
  await expect(organisation.serve(consumer, 0, 1)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  expect([got, ended]).toEqual([[], ['revoked']])
})

test('an organisation that goes out of use says so to all who wait and lets them go; nothing more reaches anybody', async () => {
  const { organisation, add, say, log } = scene()
  const waiting = [reader(7, 'a'), reader(8, 'b')]
  for (const { consumer } of waiting) await organisation.serve(consumer, 0, 1)
  add('organisation.ending', { realm_id: 1 }, [], null)
  add('organisation.deactivated', { by: 7 }, [], null, true)
  say(9)
  organisation.take(log)
  await organisation.confirm(log.length)
  for (const { got, ended, cuts } of waiting) expect([got, ended, cuts.count]).toEqual([[1], ['revoked'], 1])
  expect(organisation.waitingCount).toBe(0)
})

test('who is served after that is read anew', async () => {
  const { organisation, add, log, state } = scene()
  const { consumer } = reader(7, 'a')
  await organisation.serve(consumer, 0, 1)
  const before = state.loads
  add('organisation.deactivated', { by: null }, [], null, true)
  organisation.take(log)
  await organisation.reach(log.length)
  const person = await organisation.person(7)
  expect([person?.active, state.loads - before]).toEqual([true, 1])
})

/** Messages that went from one channel to another. */
const relocated = (ids: readonly number[], from: number, to: number, holders: unknown = null) => ({
  message_ids: [...ids],
  from,
  to,
  holders,
})
const forgetful = 20_000

describe('what is held of a message that went elsewhere', () => {
  type Scene = ReturnType<typeof scene>
  const relocate = (
    { add }: Scene,
    ids: readonly number[],
    from: number,
    to: number,
    holders: unknown = null,
  ) => add('messages.relocated', relocated(ids, from, to, holders), [], null, true)
  const tell = ({ add }: Scene, ids: readonly number[], channel: number) => add('told', { ids }, [], channel)
  /** Makes everything before fall out of memory. */
  const forget = (at: Scene): void => {
    for (let i = 0; i < 300; i++) at.say(99)
  }
  const readBy = async (at: Scene, user: number, all = false): Promise<number[]> => {
    await at.organisation.reach(at.log.length)
    const { consumer, got } = reader(user, 'q', 'key:1', all)
    await at.organisation.serve(consumer, 0, 1)
    return got
  }

  describe.each([
    ['in memory', undefined],
    ['in the log', forgetful],
  ] as const)('%s', (_, bytes) => {
    const begin = (...channels: number[]): Scene => {
      const at = scene(0, bytes)
      for (const channel of channels) at.place(7, channel, true)
      return at
    }
    const end = (at: Scene): Scene => {
      if (bytes !== undefined) forget(at)
      return at
    }

    test('is not given to who may not read there, and is to who may', async () => {
      const at = begin(1, 2)
      const [first, second, third] = [tell(at, [1], 1), tell(at, [2], 1), tell(at, [3], 1)]
      relocate(at, [1], 1, 3)
      relocate(at, [2], 1, 2)
      expect(await readBy(end(at), 7)).toEqual([second.seq, third.seq])
      expect(first.seq).toBe(3)
    })

    test('follows it from channel to channel', async () => {
      const at = begin(1, 2, 4)
      const [chain, round] = [tell(at, [1], 1), tell(at, [2], 1)]
      relocate(at, [1, 2], 1, 2)
      relocate(at, [1], 2, 3)
      relocate(at, [2], 2, 3)
      relocate(at, [2], 3, 4)
      expect(await readBy(end(at), 7)).toEqual([round.seq])
      expect(chain.seq).toBe(4)
    })

    test('is not given to who was removed from where it is', async () => {
      const at = begin(1, 2)
      tell(at, [1], 1)
      relocate(at, [1], 1, 2)
      at.place(7, 2, false)
      expect(await readBy(end(at), 7)).toEqual([])
    })

    test('is given to who has left where it was and is where it is', async () => {
      const at = begin(1, 2)
      const event = tell(at, [1], 1)
      relocate(at, [1], 1, 2)
      at.place(7, 1, false)
      expect(await readBy(end(at), 7)).toEqual([event.seq])
    })

    test('AC-15 is given only to those whom it came to where history is kept', async () => {
      const at = begin(1, 2)
      const [mine, others] = [tell(at, [1], 1), tell(at, [2], 1)]
      relocate(at, [1, 2], 1, 2, [
        { user_ids: [7, 8], message_ids: [1] },
        { user_ids: [8], message_ids: [2] },
      ])
      expect(await readBy(end(at), 7)).toEqual([mine.seq])
      expect(others.seq).toBe(4)
    })

    test('begins the queue anew where only a part of it may be read', async () => {
      const at = begin(1, 2)
      tell(at, [1, 2], 1)
      relocate(at, [1], 1, 3)
      await expect(readBy(end(at), 7)).rejects.toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
      const other = begin(1, 2)
      const event = tell(other, [1, 2], 1)
      relocate(other, [2], 1, 3)
      expect(await readBy(end(other), 7)).toEqual([event.seq])
    })

    test('begins the queue anew where the history of where it is was closed', async () => {
      const at = begin(1, 2)
      tell(at, [1], 1)
      relocate(at, [1], 1, 2)
      at.add('channel.history-closed', { channel_id: 2, user_ids: [7] }, [7], 2, true)
      await expect(readBy(end(at), 7)).rejects.toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
    })

    test('of all public channels is not given once it is in none of them', async () => {
      const at = begin(1)
      at.state.open.push(5, 6)
      const [, kept] = [tell(at, [1], 5), tell(at, [2], 5)]
      relocate(at, [1], 5, 3)
      relocate(at, [2], 5, 6)
      expect(await readBy(end(at), 7, true)).toEqual([kept.seq])
    })

    test('says itself only to whom it names, or who follows all public channels, while they may read there', async () => {
      const at = begin(2)
      at.state.open.push(5)
      const appears = (channel: number, users: number[], beside: number[] | null) =>
        at.add('readers', { id: 1, beside }, users, channel)
      const [named, besides] = [appears(2, [7], null), appears(5, [8], [8])]
      appears(5, [8], [7, 8])
      appears(3, [7], null)
      appears(2, [8], null)
      expect(await readBy(end(at), 7, true)).toEqual([named.seq, besides.seq])
    })
  })

  test('only messages in question are looked up, a chunk at a time', async () => {
    const at = scene(0, forgetful)
    at.place(7, 1, true)
    for (let id = 1; id <= 1200; id++) tell(at, [id], 1)
    for (let id = 5000; id < 5100; id++) tell(at, [id], 4)
    relocate(at, [600, 5000], 1, 3)
    const got = await readBy(at, 7)
    expect(got).toHaveLength(1199)
    expect(at.state.asked.length).toBeGreaterThan(1)
    expect(at.state.asked.every((ids) => ids.length <= 500)).toBe(true)
    expect(at.state.asked.flat().every((id) => id <= 1200)).toBe(true)
  })

  test('is judged by a move that comes while the log is read', async () => {
    const at = scene(0, forgetful)
    at.place(7, 1, true)
    tell(at, [1], 1)
    forget(at)
    await at.organisation.reach(at.log.length)
    at.state.meanwhile = () => {
      const move = relocate(at, [1], 1, 3)
      at.organisation.take([move])
    }
    const { consumer, got } = reader(7)
    await at.organisation.serve(consumer, 0, 1)
    expect(got).toEqual([])
  })

  test.each([
    [
      'history',
      (at: Scene) => at.add('channel.history-closed', { channel_id: 2, user_ids: [8] }, [8], 2, true),
    ],
    [
      'history, with nobody in it',
      (at: Scene) => {
        const body = { channel_id: 2, invite_only: true, is_web_public: false }
        return at.add('channel.access-changed', body, [], 2, true)
      },
    ],
  ])('begins the queue anew for who came after the %s of where it is was closed', async (_, close) => {
    const at = scene()
    at.place(7, 1, true)
    tell(at, [1], 1)
    relocate(at, [1], 1, 2)
    close(at)
    at.place(7, 2, true)
    await expect(readBy(at, 7)).rejects.toMatchObject({ code: 'BAD_EVENT_QUEUE_ID' })
  })

  test('is judged by where its reader is when it is known where it is', async () => {
    const at = scene(0, forgetful)
    at.place(7, 1, true)
    at.place(7, 3, true)
    tell(at, [1], 1)
    relocate(at, [1], 1, 2)
    forget(at)
    await at.organisation.reach(at.log.length)
    // In the database, and not yet applied here.
    at.state.meanwhile = () => {
      at.place(7, 3, false)
      relocate(at, [1], 2, 3)
    }
    const { consumer, got } = reader(7)
    await at.organisation.serve(consumer, 0, 1)
    expect(got).toEqual([])
  })

  test('is on its way to nobody once the move is confirmed', async () => {
    const at = scene()
    at.place(7, 1, true)
    at.place(8, 1, true)
    at.place(8, 2, true)
    await at.organisation.reach(3)
    const [loses, keeps] = [reader(7, 'loses'), reader(8, 'keeps')]
    await at.organisation.serve(loses.consumer, 3, 1)
    await at.organisation.serve(keeps.consumer, 3, 1)
    tell(at, [1], 1)
    relocate(at, [1], 1, 2)
    at.organisation.take(at.log.slice(3))
    await at.organisation.confirm(5)
    expect([loses.got, loses.cuts.count]).toEqual([[4], 1])
    expect([keeps.got, keeps.cuts.count]).toEqual([[4], 0])
  })
})
