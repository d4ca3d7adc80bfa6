import { FetchedMessage } from '@parley/api'
import { flagsChanged } from '@parley/events'
import { size, type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, faultsOf, type Instance, outcome, snapshotOf, type World, world } from './world.ts'

let database: TestDatabase
let here: World
let one: Instance
let ann: number
let bob: number
let open: Channel
let secret: Channel

beforeAll(async () => {
  database = await testDatabase()
  here = await world(database)
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  bob = await here.user({ name: 'Bob' })
  open = await here.channel({ name: 'open' })
  secret = await here.channel({ name: 'secret', protected: true })
  await here.subscribe(open, ann, bob)
  await here.subscribe(secret, ann)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const Sent = z.object({ id: z.int() })
const say = async (user: number, to: Channel | number[], content = 'x', more = {}): Promise<number> =>
  Sent.parse(
    await one.ask(user, 'send-message', {
      content,
      ...('id' in to ? { type: 'channel', to: to.id, topic: 'tea' } : { type: 'direct', to }),
      ...more,
    }),
  ).id
const mark = (user: number, op: string, flag: string, messages: number[]) =>
  outcome(one.ask(user, 'update-message-flags', { op, flag, messages }))
const flagsOf = async (user: number, id: number, at = one): Promise<string[]> => {
  const answer = await at.ask(user, 'get-messages', { message_ids: [id] })
  return z.object({ messages: z.array(FetchedMessage) }).parse(answer).messages[0]?.flags ?? []
}
const Log = z.object({ type: z.string(), body: flagsChanged.body, user_ids: z.array(z.int()) })
const lastEvent = async () =>
  Log.parse(
    (
      await database.superuser(
        'SELECT type, body, user_ids FROM events.log WHERE org_id = $1 ORDER BY seq DESC LIMIT 1',
        [here.org],
      )
    )[0],
  )
const seq = async (): Promise<unknown> =>
  (await database.superuser('SELECT seq FROM events.head WHERE org_id = $1', [here.org]))[0]

describe('marks', () => {
  test('read and unread, with an event for oneself alone', async () => {
    const id = await say(ann, open)
    expect(await flagsOf(bob, id)).toEqual([])
    const answer = await mark(bob, 'add', 'read', [id])
    expect(answer).toEqual({ messages: [id], ignored_because_not_subscribed_channels: [] })
    expect(faultsOf('POST', '/messages/flags', answer)).toEqual([])
    expect(await flagsOf(bob, id)).toEqual(['read'])
    expect(await lastEvent()).toEqual({
      type: 'flags.changed',
      user_ids: [bob],
      body: { op: 'add', flag: 'read', messages: [id], details: null },
    })
    await mark(bob, 'remove', 'read', [id])
    expect(await flagsOf(bob, id)).toEqual([])
    const { body } = await lastEvent()
    const places = [{ stream_id: open.id, topics: ['tea'] }]
    expect(body).toMatchObject({ messages: [id], unread: { places, mentioned: [] } })
  })

  test('who was not there is not mentioned by naming everybody, as event and snapshot say of what is unread again', async () => {
    const eve = await here.user({ name: 'Eve' })
    const id = await say(ann, open, '@**all** tea')
    await here.subscribe(open, eve)
    const there = await say(ann, open, '@**all** cake')
    await mark(eve, 'add', 'read', [there])
    await mark(eve, 'remove', 'read', [id, there])
    const { body } = await lastEvent()
    expect(body).toMatchObject({ messages: [id, there], unread: { mentioned: [there] } })
    expect(await snapshotOf(one, eve, ['message', 'update_message_flags'])).toMatchObject({
      unread_msgs: { count: 2, mentions: [there] },
    })
  })

  test('what is already so makes no event', async () => {
    const id = await say(ann, open)
    const before = await seq()
    await mark(ann, 'add', 'read', [id])
    await mark(bob, 'remove', 'starred', [id])
    expect(await seq()).toEqual(before)
  })

  test('own messages are read, unless one says otherwise', async () => {
    const id = await say(ann, open)
    expect(await flagsOf(ann, id)).toEqual(['read'])
    await mark(ann, 'remove', 'read', [id])
    expect(await flagsOf(ann, id)).toEqual([])
    await mark(ann, 'add', 'read', [id])
    expect(await flagsOf(ann, id)).toEqual(['read'])
    expect(await flagsOf(ann, await say(ann, open, 'x', { read_by_sender: false }))).toEqual([])
  })

  test('stars: what may not be read fails the whole', async () => {
    const id = await say(ann, open)
    const hidden = await say(ann, secret)
    expect(await mark(bob, 'add', 'starred', [id, hidden])).toEqual({
      code: 'BAD_REQUEST',
      msg: 'Invalid message(s)',
    })
    expect(await flagsOf(bob, id)).toEqual([])
    expect(await mark(bob, 'add', 'starred', [id])).toMatchObject({ messages: [id] })
    expect(await flagsOf(bob, id)).toEqual(['starred'])
    await mark(bob, 'remove', 'starred', [id])
    expect(await flagsOf(bob, id)).toEqual([])
  })

  test('marking read what is unreadable or missing is no error and changes nothing', async () => {
    const hidden = await say(ann, secret)
    const before = await seq()
    expect(await mark(bob, 'add', 'read', [hidden, 999_999])).toMatchObject({
      messages: [hidden, 999_999],
    })
    expect(await seq()).toEqual(before)
  })

  test('marking as read gets through while rights change all the time', async () => {
    const ids = [await say(ann, open), await say(ann, open), await say(ann, open), await say(ann, open)]
    const over = new AbortController()
    const changes = (async () => {
      while (!over.signal.aborted) await here.unrelated()
    })()
    const answers = await Promise.all(ids.map((id) => mark(bob, 'add', 'read', [id])))
    over.abort()
    await changes
    expect(answers).toMatchObject(ids.map((id) => ({ messages: [id] })))
    for (const id of ids) expect(await flagsOf(bob, id)).toEqual(['read'])
  })

  test('a star on what one never received makes it historical, and read', async () => {
    const cid = await here.user()
    const id = await say(ann, open)
    expect(await flagsOf(cid, id)).toEqual(['read', 'historical'])
    await mark(cid, 'add', 'starred', [id])
    expect(await flagsOf(cid, id)).toEqual(['read', 'starred', 'historical'])
    // Not subscribed: stays read.
    expect(await mark(cid, 'remove', 'read', [id])).toMatchObject({
      ignored_because_not_subscribed_channels: [open.id],
    })
    expect(await flagsOf(cid, id)).toEqual(['read', 'starred', 'historical'])
    await here.subscribe(open, cid)
    await mark(cid, 'remove', 'read', [id])
    expect(await flagsOf(cid, id)).toEqual(['starred', 'historical'])
  })

  test.each([
    ['add', 'purple', "Invalid flag: 'purple'"],
    ['add', 'mentioned', "Flag not editable: 'mentioned'"],
    ['flip', 'read', "Invalid message flag operation: 'flip'"],
  ])('%s %s is refused', async (op, flag, msg) => {
    expect(await mark(ann, op, flag, [1])).toEqual({ code: 'BAD_REQUEST', msg })
  })
})

describe('snapshot', () => {
  test('unread, stars, conversations', async () => {
    await using other = await world(database, 'snap')
    await using at = await other.instance()
    const [dan, eve, fay] = [await other.user(), await other.user(), await other.user()]
    const den = await other.channel()
    await other.subscribe(den, dan, eve)
    const tell = async (user: number, fields: Record<string, unknown>): Promise<number> =>
      Sent.parse(await at.ask(user, 'send-message', { content: 'x', ...fields })).id
    const inDen = { type: 'channel', to: den.id, topic: 'Tea' }
    const first = await tell(eve, inDen)
    const second = await tell(eve, { ...inDen, topic: 'TEA', content: `@**all**` })
    const direct = await tell(eve, { type: 'direct', to: [dan] })
    const group = await tell(fay, { type: 'direct', to: [dan, eve] })
    const own = await tell(dan, { type: 'direct', to: [dan], read_by_sender: false })
    const seen = await tell(eve, { type: 'direct', to: [dan] })
    await at.ask(dan, 'update-message-flags', { op: 'add', flag: 'read', messages: [seen] })
    await at.ask(dan, 'update-message-flags', { op: 'add', flag: 'starred', messages: [first, group] })
    const ids = [dan, eve, fay].sort((a, b) => a - b).join(',')
    expect(await snapshotOf(at, dan)).toEqual({
      user_status: {},
      alert_words: [],
      presences: {},
      presence_last_update_id: -1,
      server_timestamp: at.clock.now() / 1000,
      max_message_id: seen,
      unread_msgs: {
        count: 5,
        streams: [{ stream_id: den.id, topic: 'TEA', unread_message_ids: [first, second] }],
        pms: [
          { other_user_id: eve, sender_id: eve, unread_message_ids: [direct] },
          { other_user_id: dan, sender_id: dan, unread_message_ids: [own] },
        ],
        huddles: [{ user_ids_string: ids, unread_message_ids: [group] }],
        mentions: [second],
        old_unreads_missing: false,
      },
      starred_messages: [first, group],
      recent_private_conversations: [
        { user_ids: [eve], max_message_id: seen },
        { user_ids: [], max_message_id: own },
        { user_ids: [eve, fay], max_message_id: group },
      ],
      drafts: [],
      reminders: [],
      scheduled_messages: [],
      saved_snippets: [],
    })
    // Who left a channel has nothing unread there, also when they come back.
    await other.unsubscribe(den, dan)
    await other.subscribe(den, dan)
    expect(await snapshotOf(at, dan, ['message', 'update_message_flags'])).toMatchObject({
      unread_msgs: { count: 3, streams: [], mentions: [] },
    })
    expect(await snapshotOf(at, dan, ['message'])).toEqual({ max_message_id: seen })
    expect(await snapshotOf(at, fay, ['message'])).toEqual({ max_message_id: group })
    await other.deactivate(fay)
    expect(await outcome(snapshotOf(at, fay))).toMatchObject({ msg: 'Account is deactivated' })
  })

  test('a snapshot names stars of a channel that was lost since: nothing told the client that they went', async () => {
    const [eve, fay] = [await here.user(), await here.user()]
    const vault = await here.channel({ private: true })
    await here.subscribe(vault, eve, fay)
    const id = await say(eve, vault)
    await mark(fay, 'add', 'starred', [id])
    await here.unsubscribe(vault, fay)
    expect(await mark(fay, 'remove', 'starred', [id])).toMatchObject({ msg: 'Invalid message(s)' })
    expect(await snapshotOf(one, fay, ['starred_messages'])).toEqual({ starred_messages: [id] })
    await here.subscribe(vault, fay)
    expect(await snapshotOf(one, fay, ['starred_messages'])).toEqual({ starred_messages: [id] })
  })
})

/** What each user should find, message by message. */
interface Model {
  readonly messages: { id: number; channel: number; sender: number }[]
  readonly received: Set<string>
  readonly unread: Set<string>
  readonly historical: Set<string>
  readonly subscribed: Set<string>
}
const pair = (user: number, thing: number): string => `${user} ${thing}`

type Step =
  | { kind: 'send'; user: number; channel: number; read: boolean }
  | { kind: 'join' | 'leave'; user: number; channel: number }
  | { kind: 'mark'; user: number; op: 'add' | 'remove'; picks: number[] }
  | { kind: 'star'; user: number; picks: number[] }

const user = fc.nat(2)
const channel = fc.nat(1)
const picks = fc.array(fc.nat(30), { minLength: 1, maxLength: 6 })
const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('send' as const), user, channel, read: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), user, channel }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('mark' as const),
        user,
        op: fc.constantFrom('add' as const, 'remove' as const),
        picks,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('star' as const), user, picks }) },
  ),
  { minLength: 5, maxLength: 40 },
)

test('ranges say what a row per message and reader would say', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(steps, async (given: Step[]) => {
      await using place = await world(database, `model-${++runs}`)
      await using at = await place.instance()
      const users = [await place.user(), await place.user(), await place.user()]
      const channels = [await place.channel(), await place.channel()]
      const [, first] = [users[0], channels[0]]
      // The third user is always there: for them reading everything must leave one range.
      const model: Model = {
        messages: [],
        received: new Set(),
        unread: new Set(),
        historical: new Set(),
        subscribed: new Set(),
      }
      for (const c of channels) {
        await place.subscribe(c, users[2] ?? 0)
        model.subscribed.add(pair(users[2] ?? 0, c.id))
      }
      for (const step of given) await take(step, { place, at, users, channels, model })
      for (const who of users) await compare(at, who, model)
      const steady = users[2] ?? 0
      await at.ask(steady, 'update-message-flags', {
        op: 'add',
        flag: 'read',
        messages: model.messages.map(({ id }) => id),
      })
      const rows = await database.superuser(
        `SELECT (SELECT count(*)::int FROM unnest(ranges)) AS n FROM messaging.read_state WHERE org_id = $1 AND user_id = $2`,
        [place.org, steady],
      )
      expect(rows.every(({ n }) => Number(n) <= 1)).toBe(true)
      expect(first).toBeDefined()
    }),
    { numRuns: size(15, 300) },
  )
})

interface Stage {
  readonly place: World
  readonly at: Instance
  readonly users: readonly number[]
  readonly channels: readonly Channel[]
  readonly model: Model
}

async function take(step: Step, { place, at, users, channels, model }: Stage): Promise<void> {
  const who = users[step.user] ?? 0
  switch (step.kind) {
    case 'send': {
      const to = channels[step.channel]
      if (!to) return
      const fields = { type: 'channel', to: to.id, topic: 't', content: 'x', read_by_sender: step.read }
      const { id } = Sent.parse(await at.ask(who, 'send-message', fields))
      model.messages.push({ id, channel: to.id, sender: who })
      for (const reader of users.filter((u) => model.subscribed.has(pair(u, to.id)))) {
        model.received.add(pair(reader, id))
        if (reader !== who || !step.read) model.unread.add(pair(reader, id))
      }
      return
    }
    case 'join':
    case 'leave': {
      const to = channels[step.channel]
      if (!to || step.user === 2) return
      if (step.kind === 'join') {
        await place.subscribe(to, who)
        model.subscribed.add(pair(who, to.id))
      } else {
        await place.unsubscribe(to, who)
        model.subscribed.delete(pair(who, to.id))
        for (const { id, channel } of model.messages)
          if (channel === to.id) model.unread.delete(pair(who, id))
      }
      return
    }
    case 'mark': {
      const ids = pickedFrom(model, step.picks)
      await at.ask(who, 'update-message-flags', {
        op: step.op,
        flag: 'read',
        messages: ids.map(({ id }) => id),
      })
      for (const { id, channel } of ids) {
        const key = pair(who, id)
        if (step.op === 'add') model.unread.delete(key)
        else if (model.subscribed.has(pair(who, channel))) {
          if (!model.received.has(key)) model.historical.add(key)
          model.received.add(key)
          model.unread.add(key)
        }
      }
      return
    }
    case 'star': {
      const ids = pickedFrom(model, step.picks)
      await at.ask(who, 'update-message-flags', {
        op: 'add',
        flag: 'starred',
        messages: ids.map(({ id }) => id),
      })
      for (const { id } of ids) {
        const key = pair(who, id)
        if (!model.received.has(key)) model.historical.add(key)
        model.received.add(key)
      }
    }
  }
}

const pickedFrom = ({ messages }: Model, picks: readonly number[]) =>
  [...new Set(picks)].flatMap((at) => messages[at] ?? [])

async function compare(at: Instance, who: number, model: Model): Promise<void> {
  const answer = await at.ask(who, 'get-messages', { message_ids: model.messages.map(({ id }) => id) })
  const { messages } = z.object({ messages: z.array(FetchedMessage) }).parse(answer)
  const found = messages.map(({ id, flags }) => ({
    id,
    read: flags.includes('read'),
    historical: flags.includes('historical'),
  }))
  expect(found).toEqual(
    model.messages.map(({ id }) => ({
      id,
      read: !model.unread.has(pair(who, id)),
      historical: !model.received.has(pair(who, id)) || model.historical.has(pair(who, id)),
    })),
  )
}
