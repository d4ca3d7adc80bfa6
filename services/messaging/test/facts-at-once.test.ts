import { orgId, userId } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createFactsCache } from '../src/facts/cache.ts'
import { readChannelFacts } from '../src/facts/channel-facts.ts'
import { readMessageFacts } from '../src/facts/message-facts.ts'
import { loadSendFacts } from '../src/facts/send-facts.ts'
import { type Channel, type Instance, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let talk: Channel
let message: number
beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user()
  bob = await here.user()
  talk = await here.channel({ private: true, subscribe: await here.naming(bob) })
  await here.subscribe(talk, ann)
  const said = await one.ask(ann, 'send-message', {
    type: 'channel',
    to: talk.id,
    topic: 'tea',
    content: 'x',
  })
  message = z.object({ id: z.int() }).parse(said).id
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

/** How many statements reading something takes. */
async function statements(read: (tx: Tx) => Promise<unknown>): Promise<number> {
  let asked = 0
  await one.ctx.database.read(here.org, (tx) =>
    read({
      org: tx.org,
      query: (row, sql, params) => {
        asked++
        return tx.query(row, sql, params)
      },
      execute: (sql, params) => {
        asked++
        return tx.execute(sql, params)
      },
    }),
  )
  return asked
}

test('AC-14 who asks, with every group and permission; a channel; a message in its channel: one statement each', async () => {
  expect(await statements((tx) => readActor(tx, userId(bob)))).toBe(1)
  const { actor } = await one.ctx.database.read(here.org, (tx) => readActor(tx, userId(bob)))
  if (!actor) throw new Error('nobody')
  expect(await statements((tx) => readChannelFacts(tx, actor, talk.id))).toBe(1)
  expect(await statements((tx) => readMessageFacts(tx, actor, message))).toBe(1)
})

test('the facts of a send are one statement, for however many send in one moment, and none once they are loaded', async () => {
  let asked = 0
  const facts = createFactsCache((org, asks) => {
    asked++
    return loadSendFacts(one.ctx.database, org, asks)
  }, one.clock)
  const asks = [ann, bob].flatMap((user) => [
    { user: userId(user), channel: talk.id },
    { user: userId(user), users: [ann, bob] },
  ])
  const found = await Promise.all(asks.map((ask) => facts.get(here.org, ask)))
  expect([asked, found.every(({ fresh }) => fresh)]).toEqual([1, true])
  await Promise.all(asks.map((ask) => facts.get(orgId(here.org), ask)))
  expect(asked).toBe(1)
})
