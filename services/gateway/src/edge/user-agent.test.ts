import { expect, test } from 'vitest'
import { clientName } from './user-agent.ts'

test.each([
  ['ZulipPython/0.9.1', 'ZulipPython'],
  ['zulip-js 2.0/1', 'zulip-js 2.0'],
  ['ZulipMobile/30.0.274 (Android 14)', 'ZulipMobile'],
  [undefined, 'Unspecified'],
  ['', 'Unspecified'],
  ['(odd)', 'Unspecified'],
  ['\xe9/1', 'Unspecified'],
  ['x'.repeat(60), 'x'.repeat(30)],
])('%s', (header, name) => {
  expect(clientName(header)).toBe(name)
})

test.each([
  ['website', 'website'],
  ['x'.repeat(60), 'x'.repeat(30)],
  ['', 'ZulipPython'],
  [' \xe9\n', 'ZulipPython'],
])('a parameter says %j', (given, name) => {
  expect(clientName('ZulipPython/0.9.1', given)).toBe(name)
})
