import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Channel, deliverAll, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
let ann: number
let general: Channel

beforeAll(async () => {
  here = await world()
  one = await here.instance()
  ann = await here.user({ name: 'Ann' })
  general = await here.channel({ name: 'general', creator: ann })
  await here.subscribe(general, ann)
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

const Id = z.object({ id: z.int() })
const refused = { code: 'BAD_REQUEST', msg: 'General chat cannot be marked as resolved' }
const send = (topic: string) =>
  outcome(one.ask(ann, 'send-message', { type: 'channel', to: general.id, topic, content: 'x' }))

describe.each(['✔', '✔ ', '✔ general chat', '✔ (no topic)', '✔ ✔ general chat'])('the topic %j', (topic) => {
  test('is nothing to send to, at once or later', async () => {
    expect(await send(topic)).toEqual(refused)
    const later = { type: 'channel', to: general.id, topic, content: 'x' }
    const due = Math.floor(one.clock.now() / 1000) + 60
    expect(
      await outcome(
        one.ask(ann, 'create-scheduled-message', { ...later, scheduled_delivery_timestamp: due }),
      ),
    ).toEqual(refused)
    expect(await deliverAll(one, (due + 1) * 1000)).toBe(0)
  })

  test('is nothing to move to', async () => {
    const { id } = Id.parse(await send(''))
    const path = { message_id: String(id) }
    expect(await outcome(one.ask(ann, 'update-message', { topic }, { path }))).toEqual(refused)
  })
})

test.each(['✔ tea', '✔ general chats', '✔✔ tea'])('%j is a topic like any other', async (topic) => {
  expect(Id.safeParse(await send(topic)).success).toBe(true)
})
