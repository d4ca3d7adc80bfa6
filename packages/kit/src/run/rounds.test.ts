import { orgId } from '@parley/core'
import { expect, test } from 'vitest'
import { createRounds } from './rounds.ts'

const [one, two] = [orgId(1), orgId(2)]

test('of each organisation a little, until nothing waits; what fails is tried again', async () => {
  const left = new Map([
    [one, 2],
    [two, 1],
  ])
  const happened: unknown[] = []
  const pauses: PromiseWithResolvers<void>[] = []
  const until = async (count: number): Promise<void> => {
    await expect.poll(() => pauses.length).toBe(count)
    happened.push('pause')
  }
  let gone = false
  await using settling = new AsyncDisposableStack()
  settling.use(
    createRounds({
      waiting: async () => {
        if (gone) throw new Error('gone')
        return [...left].flatMap(([org, count]) => (count > 0 ? [org] : []))
      },
      serve: async (org) => {
        happened.push(org)
        left.set(org, (left.get(org) ?? 0) - 1)
        return 1
      },
      wait: (ms, signal) => {
        const pause = Promise.withResolvers<void>()
        signal.addEventListener('abort', () => pause.reject(new Error('aborted')))
        pauses.push(pause)
        happened.push(ms < 1_000 ? 'breath' : 'wait')
        return pause.promise
      },
      onProblem: (error) => happened.push(error instanceof Error && error.message),
    }),
  )
  await until(1)
  pauses[0]?.resolve()
  await until(2)
  gone = true
  pauses[1]?.resolve()
  await until(3)
  gone = false
  pauses[2]?.resolve()
  await until(4)
  expect(happened.filter((what) => what !== 'pause')).toEqual([
    one,
    two,
    'breath',
    one,
    'breath',
    'gone',
    'wait',
    'wait',
  ])
})

test('at the end nothing is begun any more', async () => {
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const served: unknown[] = []
  const settling = createRounds({
    waiting: async () => [one, two],
    serve: async (org) => {
      served.push(org)
      begun.resolve()
      await go.promise
      return 1
    },
    wait: (_ms, signal) => (signal.aborted ? Promise.reject(new Error('aborted')) : Promise.resolve()),
    onProblem() {},
  })
  await begun.promise
  const ended = settling[Symbol.asyncDispose]()
  go.resolve()
  await ended
  expect(served).toEqual([one])
})

test('what fails in one organisation holds up no other', async () => {
  const happened: unknown[] = []
  const pause = Promise.withResolvers<void>()
  await using settling = new AsyncDisposableStack()
  settling.use(
    createRounds({
      waiting: async () => [one, two],
      serve: async (org) => {
        if (org === one) throw new Error('one is broken')
        happened.push(org)
        return 0
      },
      wait: (_, signal) => {
        signal.addEventListener('abort', () => pause.reject(new Error('aborted')))
        happened.push('wait')
        return pause.promise
      },
      onProblem: (error) => happened.push(error instanceof Error && error.message),
    }),
  )
  await expect.poll(() => happened).toEqual(['one is broken', two, 'wait'])
})

test('a few at once, from anywhere on: one that is stuck delays no other', async () => {
  const happened: unknown[] = []
  const stuck = Promise.withResolvers<number>()
  const pause = Promise.withResolvers<void>()
  const orgs = [one, two, orgId(3), orgId(4)]
  await using settling = new AsyncDisposableStack()
  settling.use(
    createRounds({
      waiting: async () => orgs,
      serve: (org) => {
        happened.push(org)
        return org === two ? stuck.promise : Promise.resolve(1)
      },
      wait: (ms, signal) => {
        signal.addEventListener('abort', () => pause.reject(new Error('aborted')))
        happened.push(ms < 1_000 ? 'breath' : 'wait')
        return pause.promise
      },
      atOnce: 2,
      random: () => 0.49,
      onProblem() {},
    }),
  )
  await expect.poll(() => happened).toEqual([two, orgId(3), orgId(4), one])
  stuck.resolve(0)
  await expect.poll(() => happened.at(-1)).toBe('breath')
})

test('after a small piece of work the next gathers', async () => {
  const pauses: number[] = []
  const pieces = [32, 31, 0]
  const idle = Promise.withResolvers<void>()
  await using stack = new AsyncDisposableStack()
  stack.use(
    createRounds({
      waiting: async () => (pieces.length > 0 ? [one] : []),
      serve: async () => pieces.shift() ?? 0,
      worthwhile: 32,
      wait: async (ms) => {
        pauses.push(ms)
        if (pauses.length === 3) idle.resolve()
        if (pauses.length >= 3) throw new Error('over')
      },
      onProblem: () => {},
    }),
  )
  await idle.promise
  expect(pauses).toEqual([20, 250, 1_000])
})
