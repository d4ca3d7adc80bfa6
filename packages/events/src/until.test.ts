import { expect, test } from 'vitest'
import { until } from './until.ts'

const never = () => Promise.resolve(false)

test('asks again whenever a waiter is called, also after a question that failed', async () => {
  const waiters = new Set<() => void>()
  let asked = 0
  const waiting = until(
    () => (++asked === 1 ? Promise.reject(new Error('down')) : Promise.resolve(true)),
    waiters,
    new AbortController().signal,
  )
  for (const waiter of waiters) waiter()
  await waiting
  expect([asked, waiters.size]).toEqual([2, 0])
})

test('ends with what the signal was aborted with, before or while it waits', async () => {
  const waiters = new Set<() => void>()
  await expect(until(never, waiters, AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
  const ended = new AbortController()
  const waiting = until(never, waiters, ended.signal)
  ended.abort('no error')
  await expect(waiting).rejects.toThrow('aborted')
  expect(waiters.size).toBe(0)
})
