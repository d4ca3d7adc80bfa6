import { role } from '@parley/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Instance, outcome, type World, world } from './world.ts'

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
