import { userId } from '@parley/core'
import { readActor, takeOwnTurn, type Tx } from '@parley/db'
import { flagsChanged } from '@parley/events'
import { type TestDatabase, testDatabase } from '@parley/testkit'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { mark } from '../src/edits/mark.ts'
import { listing } from '../src/facts/listing.ts'
import { type Channel, type Instance, snapshotOf, type World, world } from './world.ts'

let database: TestDatabase
let here: World
let one: Instance
let ann: number
let bob: number
let open: Channel

beforeAll(async () => {
  database = await testDatabase()
  here = await world(database)
  one = await here.instance()
})
beforeEach(async () => {
  ann = await here.user()
  bob = await here.user()
  open = await here.channel()
  await here.subscribe(open, ann, bob)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const say = async (user: number): Promise<number> =>
  z
    .object({ id: z.int() })
    .parse(await one.ask(user, 'send-message', { type: 'channel', to: open.id, topic: 't', content: 'x' })).id
const ask = (op: 'add' | 'remove', flag: string, messages: readonly number[]) =>
  one.ask(bob, 'update-message-flags', { op, flag, messages })

const unread = async (): Promise<number[]> => {
  const state = z
    .object({
      unread_msgs: z.object({ streams: z.array(z.object({ unread_message_ids: z.array(z.int()) })) }),
    })
    .parse(await snapshotOf(one, bob))
  return state.unread_msgs.streams.flatMap(({ unread_message_ids }) => unread_message_ids)
}
/** What a client that had these unread has after it applied what Bob was told. */
const told = async (before: readonly number[]): Promise<number[]> => {
  const events = await database.superuser(
    `SELECT body FROM events.log WHERE org_id = $1 AND type = 'flags.changed' AND user_ids = ARRAY[$2::integer] ORDER BY seq`,
    [here.org, bob],
  )
  const now = new Set(before)
  for (const event of events) {
    const { op, flag, messages } = flagsChanged.body.parse(event['body'])
    if (flag === 'read')
      for (const id of messages)
        if (op === 'add') now.delete(id)
        else now.add(id)
  }
  return [...now].sort((a, b) => a - b)
}

/** Bob's device marks; what his other one does happens once that is decided and before the head is held, if it can. */
async function overtaken(
  asked: Parameters<typeof mark>[3],
  ids: readonly number[],
  other: () => Promise<unknown>,
): Promise<void> {
  const waiting = () =>
    database.superuser(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
    )
  let beside: Promise<unknown> = Promise.resolve()
  await one.ctx.database.write(here.org, async (tx) => {
    const { actor, rights } = await readActor(tx, userId(bob))
    if (!actor) throw new Error('there is no Bob')
    const slow: Tx = {
      org: tx.org,
      execute: (sql, params) => tx.execute(sql, params),
      async query(row, sql, params) {
        if (sql.includes('events.hold')) {
          let over = false
          beside = other().finally(() => {
            over = true
          })
          await vi.waitUntil(async () => over || (await waiting()).length > 0, 30_000)
        }
        return tx.query(row, sql, params)
      },
    }
    await mark(slow, listing(actor, rights), rights, asked, ids)
  })
  await beside
}

test('what becomes unread on another device while what lies around it is read stays unread', async () => {
  const [before, own, after] = [await say(ann), await say(bob), await say(ann)]
  await overtaken({ op: 'add', flag: 'read' }, [before, after], () => ask('remove', 'read', [own]))
  expect(await unread()).toEqual([own])
  expect(await told([before, after])).toEqual([own])
})

test('what was unread and is read again on another device stays read while what follows it becomes unread', async () => {
  const [before, own, after] = [await say(ann), await say(bob), await say(ann)]
  await ask('add', 'read', [before, after])
  await overtaken({ op: 'remove', flag: 'read' }, [before, after], async () => {
    await ask('remove', 'read', [own])
    await ask('add', 'read', [own])
  })
  expect(await unread()).toEqual([before, after])
  expect(await told([])).toEqual([before, after])
})

test('what becomes unread on another device while what lies around it becomes the reader’s stays unread', async () => {
  // From before Bob's time, one of them his own.
  await here.unsubscribe(open, bob)
  const [before, own, after] = [await say(ann), await say(bob), await say(ann)]
  await here.subscribe(open, bob)
  await overtaken({ op: 'add', flag: 'starred' }, [before, after], () => ask('remove', 'read', [own]))
  expect(await unread()).toEqual([own])
  expect(await told([])).toEqual([own])
})

test('marks as read do not wait for each other', async () => {
  const id = await say(ann)
  await one.ctx.database.write(here.org, async (tx) => {
    await takeOwnTurn(tx, userId(bob), 'shared')
    await ask('add', 'read', [id])
  })
  expect(await unread()).toEqual([])
})
