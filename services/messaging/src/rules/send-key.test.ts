import { systemIds, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { requestDigest, sendKey } from './send-key.ts'

const key = (sender: number, given: Parameters<typeof sendKey>[1]): string =>
  sendKey(userId(sender), given, systemIds).key.toString('hex')

test('a key is the sender’s, of one queue and local id, or of one header', () => {
  const keys = [
    key(1, { queueId: 'q', localId: 'l' }),
    key(2, { queueId: 'q', localId: 'l' }),
    key(1, { queueId: 'q', localId: 'm' }),
    key(1, { queueId: 'r', localId: 'l' }),
    key(1, { queueId: 'q","l', localId: '' }),
    key(1, { idempotencyKey: 'q' }),
    key(2, { idempotencyKey: 'q' }),
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(key(1, { queueId: 'q', localId: 'l' })).toBe(keys[0])
  // The header counts before the queue.
  expect(key(1, { idempotencyKey: 'q', queueId: 'q', localId: 'l' })).toBe(keys[5])
})

test('half a key is none: one is drawn', () => {
  const drawn = sendKey(userId(1), { localId: 'l' }, systemIds)
  expect(drawn.drawn).toBe(true)
  expect(drawn.key).toHaveLength(32)
  expect(key(1, { queueId: 'q' })).not.toBe(key(1, { queueId: 'q' }))
})

test('a request is its target, topic and content', () => {
  const digests = [
    requestDigest({ channel: 1 }, 't', 'c'),
    requestDigest({ channel: 2 }, 't', 'c'),
    requestDigest({ users: [1] }, 't', 'c'),
    requestDigest({ channel: 1 }, 'u', 'c'),
    requestDigest({ channel: 1 }, 't', 'd'),
  ].map((digest) => digest.toString('hex'))
  expect(new Set(digests).size).toBe(digests.length)
})
