import { expect, test } from 'vitest'
import { retentionDays } from './retention.ts'

test.each([
  ['realm_default', null],
  ['"realm_default"', null],
  ['unlimited', -1],
  ['"forever"', -1],
  ['1', 1],
  ['1000000', 1_000_000],
])('%s keeps messages for %s days', (given, days) => {
  expect(retentionDays(given)).toBe(days)
})

test.each(['', '0', '-1', '1.5', '1000001', '12345678', 'x'])('%j is no time', (given) => {
  expect(() => retentionDays(given)).toThrow("Bad value for 'message_retention_days'")
})
