import { seq } from '@parley/core'
import { headers } from '@nats-io/nats-core'
import { expect, test } from 'vitest'
import { runHeaders, runHeadOf } from './run-head.ts'

test('what a run holds comes back from its headers', () => {
  const head = { from: seq(4), to: seq(9), types: ['message.sent', 'user.created'] }
  expect(runHeadOf(runHeaders(head))).toEqual(head)
})

test.each(['', '1 2', 'a b c', '1 2 ', '-1 2 t'])('headers that tell nothing: %j', (value) => {
  const given = headers()
  given.set('Parley-Run', value)
  expect(runHeadOf(given)).toBeNull()
})

test('a message without headers tells nothing', () => {
  expect(runHeadOf(undefined)).toBeNull()
})
