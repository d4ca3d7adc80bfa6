import { deleteQueue } from '@parley/api'
import { expect, test } from 'vitest'
import { askedOf } from './own-operation.ts'

test('an operation of one’s own is asked by somebody', () => {
  const raw = { path: {}, fields: { queue_id: 'q' } }
  expect(() => askedOf(deleteQueue, { caller: null, raw })).toThrow('Not logged in')
  const caller = {
    credential: { scheme: 'session', token: 't' },
    principal: { org: 2, user: 30, generation: 1, credential: 'session:1' },
    role: 400,
    incomingWebhook: false,
    botOwner: null,
    until: 1,
  } as const
  expect(askedOf(deleteQueue, { caller, raw })).toMatchObject({
    input: { queue_id: 'q' },
    caller,
    ignored: [],
  })
})
