import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import {
  AppError,
  asAppError,
  fixedClock,
  orgId,
  sameSecret,
  Secret,
  systemClock,
  systemIds,
  unavailable,
} from './index.ts'

test('a secret cannot be printed, only exposed', () => {
  const secret = new Secret('canary')
  expect(
    `${String(secret)} ${JSON.stringify({ secret })} ${inspect(secret)} ${inspect({ deep: { secret } })}`,
  ).not.toContain('canary')
  expect(secret.expose()).toBe('canary')
})

test('secrets are compared by value', () => {
  expect(sameSecret('a', 'a')).toBe(true)
  expect(sameSecret('a', 'ab')).toBe(false)
})

test('unknown errors show nothing of their cause', () => {
  const shown = asAppError(new Error('password=canary'))
  expect([shown.code, shown.status, shown.message]).toEqual(['INTERNAL', 500, 'Internal server error'])
  const known = unavailable()
  expect(asAppError(known)).toBe(known)
  expect([known.status, known.retryable, known.data['retry-after']]).toEqual([503, true, 1])
  expect(new AppError('BAD_REQUEST', 'x').data).toEqual({})
})

test('ids are whole numbers', () => {
  expect(orgId(1)).toBe(1)
  for (const bad of [-1, 1.5, Number.NaN, 2 ** 53]) expect(() => orgId(bad)).toThrow(TypeError)
  expect(systemIds.uuid()).not.toBe(systemIds.uuid())
  expect(systemIds.bytes(8)).toHaveLength(8)
})

test('a fixed clock moves only when told', () => {
  const clock = fixedClock(1000)
  clock.advance(5)
  expect([clock.now(), clock.monotonic()]).toEqual([1005, 5])
  expect(systemClock.now()).toBeGreaterThan(0)
  expect(systemClock.monotonic()).toBeGreaterThan(0)
})
