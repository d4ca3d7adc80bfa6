import { role } from '@parley/access'
import { expect, test } from 'vitest'
import { outcome, world } from './world.ts'

test('a conversation with a guest begins also where other rights have moved since its people were remembered', async () => {
  await using here = await world()
  await using one = await here.instance()
  await here.give({ can_access_all_users_group: 3 })
  const guest = await here.user({ role: role.guest })
  const ann = await here.user({ name: 'Ann' })
  const channel = await here.channel()
  await here.subscribe(channel, ann, guest)
  const to = [guest]
  // What is asked for typing is remembered, and begins nothing.
  expect(await outcome(one.ask(ann, 'set-typing-status', { op: 'start', type: 'direct', to }))).toEqual({})
  await here.subscribe(await here.channel(), await here.user())
  const send = () => outcome(one.ask(ann, 'send-message', { type: 'direct', to, content: 'hello' }))
  expect(await send()).toHaveProperty('id')
  // It is not begun for somebody who may not write to them any more.
  const bob = await here.user({ name: 'Bob' })
  await here.subscribe(channel, bob)
  await outcome(one.ask(bob, 'set-typing-status', { op: 'start', type: 'direct', to }))
  await here.give({ direct_message_permission_group: 8 })
  expect(await outcome(one.ask(bob, 'send-message', { type: 'direct', to, content: 'no' }))).toMatchObject({
    code: 'BAD_REQUEST',
  })
})

test('many first conversations with guests at once are all begun, though each moves the rights of the others', async () => {
  await using here = await world()
  await using one = await here.instance()
  await here.give({ can_access_all_users_group: 3 })
  const zed = await here.user({ name: 'Zed' })
  const pairs = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const [guest, ann] = [await here.user({ role: role.guest }), await here.user({ name: `Ann ${i}` })]
      await here.subscribe(await here.channel(), ann, guest)
      return { ann, guest }
    }),
  )
  const answers = await Promise.all(
    pairs.map(({ ann, guest }) =>
      outcome(one.ask(ann, 'send-message', { type: 'direct', to: [guest, zed], content: 'hello' })),
    ),
  )
  for (const answer of answers) expect(answer).toHaveProperty('id')
})
