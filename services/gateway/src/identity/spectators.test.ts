import { fixedClock } from '@parley/core'
import { expect, test } from 'vitest'
import { Spectators } from './spectators.ts'

function scene() {
  const state = { letIn: false, asked: 0 }
  const clock = fixedClock(0)
  const spectators = new Spectators(() => {
    state.asked++
    return Promise.resolve(state.letIn)
  }, clock)
  return { state, clock, spectators }
}

test('who lets nobody in is asked once a second', async () => {
  const { state, clock, spectators } = scene()
  expect([await spectators.letIn(1), await spectators.letIn(1), state.asked]).toEqual([false, false, 1])
  state.letIn = true
  expect(await spectators.letIn(1)).toBe(false)
  clock.advance(1000)
  expect([await spectators.letIn(1), state.asked]).toEqual([true, 2])
})

test('AC-02 who lets somebody in is asked once a second too, by many at once once', async () => {
  const { state, clock, spectators } = scene()
  state.letIn = true
  expect(await Promise.all([spectators.letIn(1), spectators.letIn(1)])).toEqual([true, true])
  expect(state.asked).toBe(1)
  expect([await spectators.letIn(1), state.asked]).toEqual([true, 1])
  state.letIn = false
  clock.advance(1000)
  expect([await spectators.letIn(1), state.asked]).toEqual([false, 2])
})

test('each organisation is asked for itself, and a failure is not remembered', async () => {
  const { state, spectators } = scene()
  await spectators.letIn(1)
  await spectators.letIn(2)
  expect(state.asked).toBe(2)
  let fails = true
  const failing = new Spectators(
    () => (fails ? Promise.reject(new Error('away')) : Promise.resolve(true)),
    fixedClock(0),
  )
  await expect(failing.letIn(1)).rejects.toThrow('away')
  fails = false
  expect(await failing.letIn(1)).toBe(true)
})
