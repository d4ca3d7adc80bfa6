import { type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, type Instance, snapshotOf, type World, world } from './world.ts'

let database: TestDatabase
let here: World
let one: Instance
let ann: number
let bob: number
let all: number[]

/** Enough that what is named lies further apart than is walked along, and that what Bob said fills more than is looked past. */
const messages = 460
const ofBob = (i: number): boolean => i % 7 === 3 || (i > 150 && i < 380)

beforeAll(async () => {
  database = await testDatabase()
  here = await world(database)
  one = await here.instance()
  ann = await here.user()
  bob = await here.user()
  const open: Channel = await here.channel()
  await here.subscribe(open, ann, bob)
  all = []
  for (let i = 0; i < messages; i++) {
    const fields = { type: 'channel', to: open.id, topic: 't', content: 'x' }
    const sent = await one.ask(ofBob(i) ? bob : ann, 'send-message', fields)
    all.push(z.object({ id: z.int() }).parse(sent).id)
  }
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const mark = (op: 'add' | 'remove', ids: readonly number[]) =>
  one.ask(bob, 'update-message-flags', { op, flag: 'read', messages: ids })
const unread = async (): Promise<number[]> => {
  const state = z
    .object({
      unread_msgs: z.object({ streams: z.array(z.object({ unread_message_ids: z.array(z.int()) })) }),
    })
    .parse(await snapshotOf(one, bob))
  return state.unread_msgs.streams.flatMap(({ unread_message_ids }) => unread_message_ids)
}
const ranges = async (): Promise<unknown> =>
  (
    await database.superuser(
      'SELECT (SELECT count(*)::int FROM unnest(ranges)) AS n FROM messaging.read_state WHERE org_id = $1 AND user_id = $2',
      [here.org, bob],
    )
  )[0]?.['n']

const Few = fc.uniqueArray(fc.nat(messages - 1), { minLength: 1, maxLength: 4 })
const Many = fc
  .record({ from: fc.nat(messages - 1), count: fc.nat(200) })
  .map(({ from, count }) => Array.from({ length: Math.min(count + 1, messages - from) }, (_, i) => from + i))
const Steps = fc.array(
  fc.record({ op: fc.constantFrom('add' as const, 'remove' as const), picks: fc.oneof(Few, Many) }),
  { minLength: 1, maxLength: 5 },
)

test('however far apart the messages lie, those that are named change and no other', async () => {
  // What Bob said was read from the start, until it is marked as unread.
  const model = new Set(all.filter((_, i) => !ofBob(i)))
  await fc.assert(
    fc.asyncProperty(Steps, async (steps) => {
      for (const { op, picks } of steps) {
        const ids = picks.flatMap((i) => all[i] ?? [])
        await mark(op, ids)
        for (const id of ids)
          if (op === 'add') model.delete(id)
          else model.add(id)
      }
      expect(await unread()).toEqual([...model].sort((a, b) => a - b))
    }),
    { numRuns: Number(process.env['PARLEY_TEST_LONG'] ?? 0) === 1 ? 300 : 40 },
  )
})

test('all that is read is one range, and nothing is left of it where all is unread', async () => {
  await mark('remove', all)
  expect(await unread()).toEqual(all)
  expect(await ranges()).toBe(0)
  // The ones between first, so that each stands alone.
  await mark(
    'add',
    all.filter((_, i) => i % 2 === 1),
  )
  expect(await ranges()).toBe(messages / 2)
  await mark('add', all)
  expect(await unread()).toEqual([])
  expect(await ranges()).toBe(1)
})
