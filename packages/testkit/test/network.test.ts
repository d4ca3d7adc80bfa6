import { expect, test } from 'vitest'
import { z } from 'zod'
import { testNetwork } from '../src/index.ts'

test('a conversation through the whole product, in one process', async () => {
  await using net = await testNetwork({ instances: { gateway: 2, messaging: 2 } })
  const org = await net.organisation()
  const reader = await org.person('Rosa Reader', { gateway: 2 })
  await org.owner.ok('POST', '/users/me/subscriptions', {
    subscriptions: [{ name: 'talk' }],
    principals: [reader.id],
  })
  const queue = await reader.ok('POST', '/register', { event_types: ['message'] })
  await org.owner.ok('POST', '/messages', { type: 'direct', to: [reader.id], content: 'hello' })
  const { events } = await reader.ok('GET', '/events', {
    queue_id: queue['queue_id'],
    last_event_id: queue['last_event_id'],
  })
  expect(z.array(z.looseObject({ type: z.string() })).parse(events)).toMatchObject([
    { type: 'message', message: { content: 'hello', sender_id: org.owner.id } },
  ])
  await net.settle()
})
