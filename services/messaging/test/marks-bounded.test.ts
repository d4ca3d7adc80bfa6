import { userId } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { type TestDatabase, testDatabase } from '@parley/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { listing } from '../src/facts/listing.ts'
import { type Marking, readMarkable } from '../src/repo/markable.ts'
import { readUnread } from '../src/repo/snapshot.ts'
import { type Instance, type World, world } from './world.ts'

let database: TestDatabase
let here: World
let one: Instance
let bob: number
let old: number
let owned: number[]
let recent: number

/** Of Bob's own between two that were said to him. */
const own = 6_000

beforeAll(async () => {
  database = await testDatabase()
  here = await world(database)
  one = await here.instance()
  const ann = await here.user()
  bob = await here.user()
  const open = await here.channel()
  await here.subscribe(open, ann, bob)
  const say = async (user: number): Promise<number> =>
    z
      .object({ id: z.int() })
      .parse(await one.ask(user, 'send-message', { type: 'channel', to: open.id, topic: 't', content: 'x' }))
      .id
  old = await say(ann)
  const copies = await database.superuser(
    `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at,
        sender_read)
      SELECT m.org_id, nextval('messaging.message_ids'), m.recipient_id, $2, m.topic, m.content, m.rendered, m.client,
        m.sent_at, true
      FROM messaging.messages m, generate_series(1, $3) WHERE m.message_id = $1 RETURNING message_id::integer AS id`,
    [old, bob, own],
  )
  owned = copies.map(({ id }) => Number(id)).sort((a, b) => a - b)
  recent = await say(ann)
  await database.superuser('ANALYZE messaging.messages')
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

interface Node {
  readonly 'Relation Name'?: string | undefined
  /** Of one loop, on average. */
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number | undefined
  readonly Plans?: readonly Node[] | undefined
}
const Node: z.ZodType<Node> = z.object({
  'Relation Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  get Plans() {
    return z.array(Node).optional()
  },
})
const Explained = z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: Node })]) })

const looked = (node: Node): number =>
  (node['Relation Name'] === 'messages'
    ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    : 0) + (node.Plans ?? []).reduce((sum, under) => sum + looked(under), 0)

/** How many rows of messages are looked through for what is asked, by Postgres' own count. */
const rowsOf = <R>(
  ask: (tx: Tx, list: ReturnType<typeof listing>) => Promise<R>,
): Promise<{ readonly answer: R; readonly rows: number }> =>
  one.ctx.database.read(here.org, async (tx) => {
    const { actor, rights } = await readActor(tx, userId(bob))
    if (!actor) throw new Error('there is no Bob')
    const plans: Node[] = []
    const explaining: Tx = {
      ...tx,
      org: tx.org,
      async query(row, sql, params) {
        const explained = await tx.query(Explained, `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, params)
        plans.push(...explained.map((one) => one['QUERY PLAN'][0].Plan))
        return tx.query(row, sql, params)
      },
    }
    const answer = await ask(explaining, listing(actor, rights))
    return { answer, rows: plans.reduce((sum, plan) => sum + looked(plan), 0) }
  })

const rowsFor = async (asked: Marking, ids: readonly number[]): Promise<number> => {
  const { answer, rows } = await rowsOf((tx, list) => readMarkable(tx, list, asked, ids))
  expect(answer.flatMap((place) => place.ids)).toEqual(ids)
  return rows
}

const read = (op: 'add' | 'remove'): Marking => ({ op, flag: 'read' })

test('two messages far apart are not walked between, whatever counts as read there', async () => {
  // For each: itself, four along the conversation, 200 back twice.
  expect(await rowsFor(read('add'), [old, recent])).toBeLessThan(1_000)
})

test('nor are own ones that become unread', async () => {
  expect(await rowsFor(read('remove'), [owned[0] ?? 0, owned.at(-1) ?? 0])).toBeLessThan(1_000)
})

test('of many that lie apart no more is looked through than of few', async () => {
  const apart = owned.filter((_, i) => i % 6 === 0)
  // Not 400 for each.
  expect(await rowsFor(read('remove'), apart)).toBeLessThan(apart.length * 50)
})

test('what is unread in hundreds of parts is looked through once', async () => {
  const copies = await database.superuser(
    `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at,
        sender_read)
      SELECT m.org_id, nextval('messaging.message_ids'), m.recipient_id, m.sender_id, m.topic, m.content, m.rendered,
        m.client, m.sent_at, true
      FROM messaging.messages m, generate_series(1, 3000) WHERE m.message_id = $1 RETURNING message_id::integer AS id`,
    [old],
  )
  await database.superuser('ANALYZE messaging.messages')
  const all = copies.map(({ id }) => Number(id)).sort((a, b) => a - b)
  const apart = all.filter((_, i) => i % 6 === 0)
  await one.ask(bob, 'update-message-flags', { op: 'add', flag: 'read', messages: [old, recent, ...all] })
  await one.ask(bob, 'update-message-flags', { op: 'remove', flag: 'read', messages: apart })
  const { answer, rows } = await rowsOf(readUnread)
  expect(answer.flatMap(({ ids }) => ids)).toEqual(apart)
  // Not all that follows for each part.
  expect(rows).toBeLessThan(all.length * 2)
})
