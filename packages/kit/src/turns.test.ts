import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

test('so many at a time, the rest in order, and no more than may wait', async () => {
  const turns = new Turns(2, 2)
  const began: number[] = []
  const ends: (() => void)[] = []
  const work = (n: number) =>
    turns.take(async () => {
      began.push(n)
      await new Promise<void>((end) => {
        ends.push(end)
      })
      return n
    })
  const all = [work(1), work(2), work(3), work(4)]
  await expect(work(5)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(began).toEqual([1, 2])
  ends[1]?.()
  expect(await all[1]).toBe(2)
  expect(began).toEqual([1, 2, 3])
  ends[0]?.()
  ends[2]?.()
  await Promise.all([all[0], all[2]])
  ends[3]?.()
  expect([await Promise.all(all), began]).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ])
})

test('a failure hands its turn on', async () => {
  const turns = new Turns(1, 5)
  const failing = turns.take(() => Promise.reject(new Error('no')))
  const next = turns.take(() => Promise.resolve('yes'))
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
