import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Feed } from './feed.ts'
import type { LogEvent } from './log-event.ts'

const at = (seq: number): LogEvent => ({
  seq,
  type: 't',
  body: {},
  userIds: [],
  channelId: null,
  revokes: false,
})
const run = (from: number, to: number): LogEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => at(from + i))

function feedOver(size: number): { feed: Feed; applied: number[]; reads: number[]; fail: { now: boolean } } {
  const applied: number[] = []
  const reads: number[] = []
  const fail = { now: false }
  const reader = {
    after: (_: number, seq: number, limit: number) => {
      reads.push(seq)
      return fail.now
        ? Promise.reject(new Error('down'))
        : Promise.resolve(run(seq + 1, Math.min(size, seq + limit)))
    },
  }
  const feed = new Feed(1, 0, reader, (events) => applied.push(...events.map((e) => e.seq)))
  return { feed, applied, reads, fail }
}

test('runs in order are applied as they come; what was applied is dropped', () => {
  const { feed, applied, reads } = feedOver(9)
  feed.take(run(1, 2))
  feed.take(run(1, 3))
  feed.take(run(3, 3))
  feed.take(run(4, 5))
  expect([applied, reads, feed.head]).toEqual([[1, 2, 3, 4, 5], [], 5])
})

test('a gap is read before anything after it', async () => {
  const { feed, applied } = feedOver(9)
  feed.take(run(1, 1))
  feed.take(run(4, 5))
  expect(applied).toEqual([1])
  await feed.reach(5)
  expect(applied.slice(0, 5)).toEqual([1, 2, 3, 4, 5])
})

test('a lost tail is read when somebody asks for it', async () => {
  const { feed, applied } = feedOver(1203)
  await feed.reach(1203)
  expect(applied).toEqual(Array.from({ length: 1203 }, (_, i) => i + 1))
})

test('while the log cannot be read, waiting fails, and the feed goes on later', async () => {
  const { feed, applied, fail } = feedOver(3)
  fail.now = true
  await expect(feed.reach(3)).rejects.toThrow('down')
  feed.take(run(2, 3))
  await expect(feed.reach(3)).rejects.toThrow('down')
  fail.now = false
  feed.take(run(1, 1))
  await feed.reach(3)
  expect(applied).toEqual([1, 2, 3])
})

test('an announced event that is not in the log is an error', async () => {
  await expect(feedOver(2).feed.reach(3)).rejects.toThrow('ends before')
})

test('whatever comes in whatever order: all once, in order', async () => {
  const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 5 })), {
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(runs, async (given) => {
      const { feed, applied } = feedOver(45)
      for (const [from, more] of given) {
        feed.take(run(from, from + more))
        if (more % 2 === 0) await Promise.resolve()
      }
      await feed.reach(45)
      expect(applied).toEqual(Array.from({ length: 45 }, (_, i) => i + 1))
    }),
  )
})
