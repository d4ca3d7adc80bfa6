import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let bob: number
let talk: Channel
let aside: Channel
beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user()
  bob = await here.user()
  talk = await here.channel({ private: true })
  aside = await here.channel({ private: true })
  await here.subscribe(talk, ann)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const rights = async (): Promise<number> => {
  const [row] = await here.test.superuser('SELECT rights::integer FROM events.head WHERE org_id = $1', [
    here.org,
  ])
  return z.object({ rights: z.int() }).parse(row).rights
}
const Moved = z.object({ channels: z.array(z.int()), since: z.int() })
const moved = async (after: number) => {
  const [row] = await here.test.superuser(
    `SELECT channels, since::integer
      FROM events.channels_moved(set_config('app.org', $1::text, true)::integer, $2, $3, 64)`,
    [here.org, after, await rights()],
  )
  return Moved.parse(row)
}
const send = (user: number) =>
  outcome(one.ask(user, 'send-message', { type: 'stream', to: talk.id, topic: 'tea', content: 'x' }))
const sent = { id: expect.any(Number) as number }

test('which channels alone people came into or left is told, from the newest back', async () => {
  const before = await rights()
  await here.subscribe(aside, bob)
  const between = await rights()
  await here.unsubscribe(talk, bob)
  await send(ann)
  await here.unsubscribe(aside, bob)
  expect(await moved(await rights())).toEqual({ channels: [], since: 0 })
  expect(await moved(between)).toEqual({ channels: [aside.id, talk.id], since: 0 })
  expect(await moved(before)).toEqual({ channels: [aside.id, talk.id, aside.id], since: 0 })
})

test('of any other change, and of what lies many changes back, nothing is told apart', async () => {
  const before = await rights()
  await here.unrelated()
  const other = await rights()
  await here.subscribe(aside, bob)
  expect(await moved(before)).toEqual({ channels: [aside.id], since: other })
  for (let i = 0; i < 33; i++) {
    await here.unsubscribe(aside, bob)
    await here.subscribe(aside, bob)
  }
  const { channels, since } = await moved(other)
  expect([channels.length, since > other, since < (await rights())]).toEqual([64, true, true])
})

test('amid changes elsewhere who may send still may, and who has left may no more', async () => {
  expect(await send(ann)).toMatchObject(sent)
  await here.subscribe(aside, ann)
  expect(await send(ann)).toMatchObject(sent)
  await here.unsubscribe(talk, ann)
  await here.unsubscribe(aside, ann)
  expect(await send(ann)).toMatchObject({ code: 'STREAM_DOES_NOT_EXIST' })
  await here.subscribe(talk, ann)
  expect(await send(ann)).toMatchObject(sent)
  // What was remembered is older than what can be told apart.
  for (let i = 0; i < 33; i++) {
    await here.subscribe(aside, bob)
    await here.unsubscribe(aside, bob)
  }
  expect(await send(ann)).toMatchObject(sent)
})
