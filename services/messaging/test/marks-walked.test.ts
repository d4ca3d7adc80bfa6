import { userId } from '@parley/core'
import { readActor } from '@parley/db'
import { seedOf, size, type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { listing } from '../src/facts/listing.ts'
import { type Markable, type Marking, readMarkable } from '../src/repo/markable.ts'
import { type Instance, type World, world } from './world.ts'

const seed = seedOf(60)
let database: TestDatabase
let here: World
let one: Instance
let ann: number
let bob: number
let all: number[]

beforeAll(async () => {
  database = await testDatabase()
  here = await world(database)
  one = await here.instance()
  ann = await here.user()
  bob = await here.user()
  const channels = [await here.channel(), await here.channel(), await here.channel()]
  const firsts: number[] = []
  for (const channel of channels) {
    await here.subscribe(channel, ann, bob)
    const to = { type: 'channel', to: channel.id, topic: 't', content: 'x' }
    firsts.push(z.object({ id: z.int() }).parse(await one.ask(ann, 'send-message', to)).id)
  }
  // Of every kind, in a conversation each: said by Bob or not, read by having said it or not, for Bob or others alone.
  const copies = await database.superuser(
    `INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client, sent_at,
        sender_read, read_by, unread_for)
      SELECT m.org_id, nextval('messaging.message_ids'), m.recipient_id, CASE WHEN i % 11 = 0 THEN $2 ELSE m.sender_id END,
        m.topic, m.content, m.rendered, m.client, m.sent_at, i % 2 = 0,
        CASE i % 13 WHEN 1 THEN '{$2}' WHEN 2 THEN '{$3}' ELSE '{}' END::integer[],
        CASE i % 17 WHEN 1 THEN '{}' WHEN 2 THEN '{$2}' WHEN 3 THEN '{$3}' END::integer[]
      FROM generate_series(1, 1200) AS i JOIN messaging.messages m ON m.message_id = ($1::bigint[])[1 + (i * i) % 3]
      ORDER BY i RETURNING message_id::integer AS id`
      .replaceAll('$2', String(bob))
      .replaceAll('$3', String(ann)),
    [firsts],
  )
  all = copies.map(({ id }) => Number(id)).sort((a, b) => a - b)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const found = (asked: Marking, ids: readonly number[]): Promise<Markable[]> =>
  one.ctx.database.read(here.org, async (tx) => {
    const { actor, rights } = await readActor(tx, userId(bob))
    if (!actor) throw new Error('there is no Bob')
    const places = await readMarkable(tx, listing(actor, rights), asked, ids)
    return places.toSorted((a, b) => a.recipientId - b.recipientId)
  })

/** As it is found by who looks at every message on the way: for readers of whom anything is read by muting. */
const lookedAt = async (asked: Marking, ids: readonly number[]): Promise<Markable[]> => {
  await database.superuser(
    `INSERT INTO messaging.read_by_muting (org_id, sender_id, user_id, ranges) VALUES ($1, $2, $3, '{}')`,
    [here.org, ann, bob],
  )
  const places = await found(asked, ids)
  await database.superuser('DELETE FROM messaging.read_by_muting')
  return places
}

test(`walked along their index alone, conversations come to the same (seed ${seed})`, async () => {
  const Picked = fc.record({
    from: fc.nat(800),
    count: fc.integer({ min: 200, max: 400 }),
    each: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(Picked, fc.constantFrom('add', 'remove'), async ({ from, count, each }, op) => {
      const ids = all.slice(from, from + count).filter((_, i) => i % each === 0)
      const asked: Marking = { op, flag: 'read' }
      expect(await found(asked, ids)).toEqual(await lookedAt(asked, ids))
    }),
    { seed, numRuns: size(15, 150) },
  )
})
