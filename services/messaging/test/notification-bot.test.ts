import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { say } from '@parley/db'
import { deliverAll, type Instance, outcome, type World, world } from './world.ts'

let here: World
let one: Instance
beforeAll(async () => {
  here = await world()
  one = await here.instance()
})
afterAll(async () => {
  await one[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})

test('it may be written to, also by who may write to nobody else and sees only whom they have met', async () => {
  await here.give({ direct_message_permission_group: 8, can_access_all_users_group: 3 })
  const guest = await here.user({ role: role.guest })
  const write = (to: number[]) =>
    outcome(one.ask(guest, 'send-message', { type: 'direct', to, content: 'thanks' }))
  const sent = z.object({ id: z.int() }).parse(await write([here.bot]))
  const asked = { path: { message_id: String(sent.id) } }
  expect(await one.ask(guest, 'get-message', {}, asked)).toMatchObject({
    message: {
      display_recipient: expect.arrayContaining([
        {
          id: here.bot,
          email: 'notification-bot@parley.invalid',
          full_name: 'Notification Bot',
          is_mirror_dummy: false,
        },
      ]) as unknown,
    },
  })
  expect(await write([here.bot + 1000])).toMatchObject({ code: 'BAD_REQUEST' })
  await here.give({ direct_message_permission_group: 2, can_access_all_users_group: 2 })
})

const Shown = z.object({
  messages: z.array(
    z.looseObject({
      sender_id: z.int(),
      sender_full_name: z.string(),
      content: z.string(),
      flags: z.array(z.string()),
    }),
  ),
})
const fromBot = async (user: number) =>
  Shown.parse(
    await one.ask(user, 'get-messages', {
      anchor: 'newest',
      num_before: 10,
      num_after: 0,
      narrow: [{ operator: 'dm', operand: [here.bot] }],
    }),
  ).messages
const minute = 60_000
const tell = (to: number, content: string) =>
  one.ctx.database.write(here.org, (tx) =>
    say(tx, { to, topic: '', content, url: 'https://acme.example.com' }),
  )

test('whoever’s scheduled message failed for good is told why, unread, once, by a bot that everybody sees', async () => {
  await here.give({ can_access_all_users_group: 3 })
  const guest = await here.user({ role: role.guest })
  const channel = await here.channel({ name: 'left', private: true })
  await here.subscribe(channel, guest)
  await one.ask(guest, 'create-scheduled-message', {
    type: 'channel',
    to: channel.id,
    topic: 't',
    content: 'x',
    scheduled_delivery_timestamp: one.clock.now() / 1000 + 60,
  })
  await here.unsubscribe(channel, guest)
  expect(await fromBot(guest)).toEqual([])
  expect(await deliverAll(one, one.clock.now() + minute)).toBe(2)
  expect(await deliverAll(one, one.clock.now() + minute)).toBe(0)
  const [told, ...more] = await fromBot(guest)
  expect(more).toEqual([])
  expect(told).toMatchObject({ sender_id: here.bot, sender_full_name: 'Notification Bot', flags: [] })
  expect(told?.content).toContain('It stays among your scheduled messages:')
  expect(told?.content).toContain('Not authorized to send this message')
  await here.give({ can_access_all_users_group: 2 })
})

test('to somebody who is gone it says nothing, and nothing is left of that', async () => {
  const ann = await here.user()
  await tell(ann, 'hello')
  await here.deactivate(ann)
  expect(await deliverAll(one)).toBe(1)
  expect(
    await here.test.superuser(
      `SELECT (SELECT count(*) FROM messaging.scheduled WHERE org_id = $1 AND user_id = $2)::int AS kept,
        (SELECT count(*) FROM messaging.messages WHERE content = 'hello')::int AS said`,
      [here.org, here.bot],
    ),
  ).toEqual([{ kept: 0, said: 0 }])
})

test('what it says to one person names nothing that they do not see', async () => {
  await here.give({ can_access_all_users_group: 3 })
  const guest = await here.user({ role: role.guest })
  const stranger = await here.user({ name: 'Strange Stranger' })
  const secret = await here.channel({ name: 'closed room', private: true })
  await here.subscribe(secret, stranger)
  const words = `@_**|${stranger}** #**closed room**`
  await tell(guest, words)
  await tell(stranger, words)
  expect(await deliverAll(one)).toBe(2)
  const [hidden] = await fromBot(guest)
  expect(hidden?.content).not.toContain('Strange')
  expect(hidden?.content).not.toContain(`/${secret.id}-`)
  const [shown] = await fromBot(stranger)
  expect(shown?.content).toContain('Strange Stranger')
  expect(shown?.content).toContain(`/${secret.id}-`)
  await here.give({ can_access_all_users_group: 2 })
})
