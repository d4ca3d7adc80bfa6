import { expect, test } from 'vitest'
import { CountedAtOnce } from './at-once.ts'

const one = (key: string) => ({ counters: [{ key, rate: { count: 5, periodMs: 1000 } }], counts: true })
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Redis, and the keys of each call that came there. */
function redis(answer: (keys: readonly string[]) => unknown = (keys) => keys.flatMap(() => [1, 4, 0, 200])) {
  const calls: (readonly string[])[] = []
  const run = async (_: string, keys: readonly string[]) => {
    calls.push(keys)
    return Promise.resolve(answer(keys))
  }
  return { calls, counting: new CountedAtOnce({ run }) }
}

test('requests of one turn are one call, and each has its own outcomes', async () => {
  const { calls, counting } = redis((keys) => keys.flatMap((_, i) => [i === 1 ? 0 : 1, i, 0, 0]))
  const together = ['a', 'b', 'c'].map((key) => counting.count(one(key)))
  const outcomes = (await Promise.all(together)).map(([outcome]) => [outcome?.ok, outcome?.remaining])
  expect(outcomes).toEqual([
    [true, 0],
    [false, 1],
    [true, 2],
  ])
  await counting.count(one('d'))
  expect(calls).toEqual([['a', 'b', 'c'], ['d']])
})

test('organisations have calls of their own, and none fails with another', async () => {
  const { calls, counting } = redis((keys) => (keys[0] === 'a{1}' ? [] : keys.flatMap(() => [1, 4, 0, 200])))
  const together = ['a{1}', 'a{2}', 'b{1}', 'b{2}'].map((key) => counting.count(one(key)))
  const outcomes = await Promise.allSettled(together)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
  expect(calls).toEqual([
    ['a{1}', 'b{1}'],
    ['a{2}', 'b{2}'],
  ])
})

test('a call is bounded, however many come at once', async () => {
  const { calls, counting } = redis()
  await Promise.all(Array.from({ length: 450 }, (_, i) => counting.count(one(`${i}`))))
  expect(calls.map((keys) => keys.length)).toEqual([200, 200, 50])
})

test('what fails, or answers in another form, fails for all that came together, and for nobody later', async () => {
  let down = true
  const { counting } = redis((keys) => (down ? [1] : keys.flatMap(() => [1, 4, 0, 200])))
  const together = await Promise.allSettled([counting.count(one('a')), counting.count(one('b'))])
  expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  down = false
  await turn()
  expect(await counting.count(one('a'))).toMatchObject([{ ok: true }])
})
