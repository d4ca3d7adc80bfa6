import { expect, test } from 'vitest'
import { Lateness } from './lateness.ts'

test('what comes late is seen at once, and forgotten within a second', () => {
  let now = 1000
  using lateness = new Lateness({ now: () => 0, monotonic: () => now })
  const looks = (times: number, everyMs: number): void => {
    for (let i = 0; i < times; i++) {
      now += everyMs
      lateness.look()
    }
  }
  looks(3, 50)
  expect(lateness.ms).toBe(0)
  now += 450
  expect(lateness.ms).toBe(400)
  lateness.look()
  looks(1, 50)
  expect(lateness.ms).toBe(320)
  looks(20, 50)
  expect(lateness.ms).toBeLessThan(5)
})
