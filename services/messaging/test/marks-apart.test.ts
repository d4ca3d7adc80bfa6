import { FetchedMessage } from '@parley/api'
import { seedOf, size, type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, type Instance, snapshotOf, type World, world } from './world.ts'

const seed = seedOf(49)
let database: TestDatabase
let here: World
let one: Instance
let ann: number
let bob: number
/** Of the channel where Bob was from the start. */
let all: number[]
let everywhere: Message[]

interface Message {
  readonly id: number
  readonly own: boolean
  /** May it become unread? Not in the channel that Bob never was in. */
  readonly subscribed: boolean
  readonly received: boolean
}

/** Enough that what is named lies further apart than is walked along, and that what Bob said fills more than is looked past. */
const messages = 460
const ofBob = (i: number): boolean => i % 7 === 3 || (i > 150 && i < 380)

beforeAll(async () => {
  database = await testDatabase()
  here = await world(database)
  one = await here.instance()
  ann = await here.user()
  bob = await here.user()
  const [open, joined, foreign] = [await here.channel(), await here.channel(), await here.channel()]
  await here.subscribe(open, ann, bob)
  await here.subscribe(joined, ann)
  await here.subscribe(foreign, ann)
  everywhere = []
  const say = async (to: Channel | null, count: number, received: boolean): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const own = ofBob(i)
      const place = to
        ? { type: 'channel', to: to.id, topic: 't' }
        : { type: 'direct', to: [own ? ann : bob] }
      const sent = await one.ask(own ? bob : ann, 'send-message', { ...place, content: 'x' })
      const { id } = z.object({ id: z.int() }).parse(sent)
      everywhere.push({ id, own, subscribed: to !== foreign, received })
    }
  }
  await say(open, messages, true)
  all = everywhere.map(({ id }) => id)
  await say(joined, 40, false)
  await say(foreign, 40, false)
  await here.subscribe(joined, bob)
  await say(null, 60, true)
  await say(joined, 40, true)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const mark = (op: 'add' | 'remove', ids: readonly number[], flag = 'read') =>
  one.ask(bob, 'update-message-flags', { op, flag, messages: ids })
const Unread = z.array(z.object({ unread_message_ids: z.array(z.int()) }))
const unread = async (): Promise<number[]> => {
  const { unread_msgs } = z
    .object({ unread_msgs: z.object({ streams: Unread, pms: Unread }) })
    .parse(await snapshotOf(one, bob))
  return [...unread_msgs.streams, ...unread_msgs.pms]
    .flatMap(({ unread_message_ids }) => unread_message_ids)
    .sort((a, b) => a - b)
}
const flags = async () => {
  const answer = await one.ask(bob, 'get-messages', { message_ids: everywhere.map(({ id }) => id) })
  return z
    .object({ messages: z.array(FetchedMessage) })
    .parse(answer)
    .messages.map(({ id, flags }) => ({
      id,
      read: flags.includes('read'),
      historical: flags.includes('historical'),
    }))
}
/** What others said that never came to Bob: nothing of it is his to have read. */
const readUnreceived = () =>
  database.superuser(
    `SELECT m.message_id FROM messaging.messages m
      JOIN messaging.read_state s ON s.user_id = $1 AND s.recipient_id = m.recipient_id AND s.ranges @> m.message_id
      WHERE m.sender_id <> $1 AND NOT EXISTS (SELECT FROM messaging.received r
        WHERE r.user_id = $1 AND r.recipient_id = m.recipient_id AND r.ranges @> m.message_id)`,
    [bob],
  )
const ranges = async (): Promise<unknown> =>
  (
    await database.superuser(
      `SELECT (SELECT count(*)::int FROM unnest(ranges)) AS n FROM messaging.read_state
        WHERE org_id = $1 AND user_id = $2
          AND recipient_id = (SELECT m.recipient_id FROM messaging.messages m WHERE m.message_id = $3)`,
      [here.org, bob, all[0]],
    )
  )[0]?.['n']

const places = messages + 180
/** Half of what is named lies in the conversations behind the long one. */
const Place = fc.oneof(fc.nat(places - 1), fc.integer({ min: messages, max: places - 1 }))
const Few = fc.uniqueArray(Place, { minLength: 1, maxLength: 8 })
const Many = fc
  .record({ from: Place, count: fc.nat(200) })
  .map(({ from, count }) => Array.from({ length: Math.min(count + 1, places - from) }, (_, i) => from + i))
const Steps = fc.array(
  fc.record({ op: fc.constantFrom('add', 'remove', 'star'), picks: fc.oneof(Few, Many) }),
  { minLength: 1, maxLength: 5 },
)

test(`however far apart the messages lie, those that are named change and no other (seed ${seed})`, async () => {
  // What Bob said was read from the start, until it is marked as unread; so is what came before him.
  const received = new Set(everywhere.filter((message) => message.received).map(({ id }) => id))
  const model = new Set(everywhere.filter((m) => m.received && !m.own).map(({ id }) => id))
  await fc.assert(
    fc.asyncProperty(Steps, async (steps) => {
      for (const { op, picks } of steps) {
        const named = picks.flatMap((i) => everywhere[i] ?? [])
        const ids = named.map(({ id }) => id)
        await (op === 'star' ? mark('add', ids, 'starred') : mark(op === 'add' ? 'add' : 'remove', ids))
        for (const { id, subscribed } of named) {
          if (op === 'add') model.delete(id)
          if (op === 'remove' && subscribed) model.add(id)
          if (op === 'star' || (op === 'remove' && subscribed)) received.add(id)
        }
      }
      expect(await unread()).toEqual([...model].sort((a, b) => a - b))
      const came = new Set(everywhere.filter((m) => m.received).map(({ id }) => id))
      expect(await flags()).toEqual(
        everywhere.map(({ id }) => ({ id, read: !model.has(id), historical: !came.has(id) })),
      )
      expect(await readUnreceived()).toEqual([])
    }),
    { seed, numRuns: size(40, 300) },
  )
  // Some of what never came did become Bob's.
  expect(received.size).toBeGreaterThan(everywhere.filter((m) => m.received).length)
})

test('all that is read is one range, and nothing is left of it where all is unread', async () => {
  await mark('remove', all)
  expect((await unread()).filter((id) => all.includes(id))).toEqual(all)
  expect(await ranges()).toBe(0)
  // The ones between first, so that each stands alone.
  await mark(
    'add',
    all.filter((_, i) => i % 2 === 1),
  )
  expect(await ranges()).toBe(messages / 2)
  await mark('add', all)
  expect((await unread()).filter((id) => all.includes(id))).toEqual([])
  expect(await ranges()).toBe(1)
})
