import { orgId } from '@parley/core'
import { expect, test } from 'vitest'
import { busyGapMs, busyRun, gapMs, Lanes, retryMs } from './lanes.ts'

const [a, b] = [orgId(1), orgId(2)]

function known(org = a, published = 0, expected = 0): Lanes {
  const lanes = new Lanes()
  lanes.mark(org, 1)
  lanes.takeUnknown(0, 9)
  lanes.found(org, { expected, published })
  return lanes
}

test('an organisation nobody has asked the stream about is asked for first', () => {
  const lanes = new Lanes()
  lanes.mark(a, 5)
  expect(lanes.takeDirty(0, 9)).toEqual([])
  expect(lanes.takeUnknown(0, 9)).toEqual([a])
  expect(lanes.takeUnknown(0, 9)).toEqual([])
  lanes.found(a, { expected: 7, published: 3 })
  expect(lanes.takeDirty(0, 9)).toEqual([{ org: a, after: 3, expected: 7 }])
})

test('one run is under way at a time, and the next waits', () => {
  const lanes = known()
  expect(lanes.takeDirty(0, 9)).toHaveLength(1)
  lanes.mark(a, 2)
  expect(lanes.takeDirty(100, 9)).toEqual([])
  lanes.sent(a, 100, { expected: 1, published: 1 }, false)
  expect(lanes.takeDirty(100 + gapMs - 1, 9)).toEqual([])
  expect(lanes.nextAt()).toBe(100 + gapMs)
  expect(lanes.takeDirty(100 + gapMs, 9)).toEqual([{ org: a, after: 1, expected: 1 }])
})

test('a hint of what is published already wakes nobody', () => {
  const lanes = known()
  lanes.takeDirty(0, 9)
  lanes.sent(a, 0, { expected: 1, published: 4 }, false)
  lanes.mark(a, 4)
  expect(lanes.nextAt()).toBeNull()
  lanes.mark(a, 5)
  expect(lanes.nextAt()).toBe(gapMs)
})

test('after a long run more may gather for the next, unless more waits already', () => {
  const lanes = known()
  lanes.takeDirty(0, 9)
  lanes.mark(a, 99)
  lanes.sent(a, 0, { expected: 1, published: busyRun }, false)
  expect(lanes.nextAt()).toBe(busyGapMs)
  lanes.takeDirty(busyGapMs, 9)
  lanes.sent(a, 100, { expected: 2, published: 90 }, true)
  expect(lanes.nextAt()).toBe(100 + gapMs)
})

test('more in the log than in a run is read on', () => {
  const lanes = known()
  lanes.takeDirty(0, 9)
  lanes.sent(a, 0, { expected: 1, published: 1 }, true)
  expect(lanes.takeDirty(gapMs, 9)).toEqual([{ org: a, after: 1, expected: 1 }])
})

test('after a failure the stream is asked again, a little later', () => {
  const lanes = known()
  lanes.takeDirty(0, 9)
  lanes.failed(a, 50)
  expect(lanes.takeUnknown(50, 9)).toEqual([])
  expect(lanes.takeUnknown(50 + retryMs, 9)).toEqual([a])
})

test('an answer of a stream that was forgotten meanwhile is not believed', () => {
  const lanes = known()
  lanes.takeDirty(0, 9)
  lanes.forgetAll()
  lanes.sent(a, 0, { expected: 9, published: 7 }, false)
  expect(lanes.takeDirty(gapMs, 9)).toEqual([])
  expect(lanes.takeUnknown(gapMs, 9)).toEqual([a])
  expect(lanes.publishedOf(a)).toBe(0)
})

test('nor is what such a stream was asked for', () => {
  const lanes = new Lanes()
  lanes.mark(a, 1)
  lanes.takeUnknown(0, 9)
  lanes.forgetAll()
  lanes.found(a, { expected: 9, published: 9 })
  expect(lanes.takeUnknown(0, 9)).toEqual([a])
  lanes.found(a, { expected: 0, published: 0 })
  expect(lanes.takeDirty(0, 9)).toEqual([{ org: a, after: 0, expected: 0 }])
})

test('organisations do not wait for each other', () => {
  const lanes = known()
  lanes.takeDirty(0, 9)
  lanes.mark(b, 1)
  expect(lanes.takeUnknown(0, 9)).toEqual([b])
  lanes.found(b, { expected: 0, published: 0 })
  expect(lanes.takeDirty(0, 9)).toEqual([{ org: b, after: 0, expected: 0 }])
})

test('no more are taken than asked for', () => {
  const lanes = new Lanes()
  lanes.mark(a, 1)
  lanes.mark(b, 1)
  expect(lanes.takeUnknown(0, 1)).toEqual([a])
  expect(lanes.takeUnknown(0, 1)).toEqual([b])
})

test('a place is written down once', () => {
  const lanes = known(a, 3)
  expect(lanes.takeUnnoted()).toEqual([{ org: a, seq: 3 }])
  expect(lanes.takeUnnoted()).toEqual([])
})
