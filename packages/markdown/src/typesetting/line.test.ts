import { orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { type Author, Line } from './line.ts'

const by = (org: number, user: number): Author => ({
  orgId: orgId(org),
  userId: userId(user),
  botOwnerId: null,
})

test('organisations take turns, and within one those who wrote', () => {
  const line = new Line<string>()
  for (const text of ['a1', 'a2', 'a3']) line.add(by(1, 10), text)
  line.add(by(1, 11), 'b1')
  line.add(by(2, 10), 'c1')
  expect(line.size).toBe(5)
  expect(line.sizeOf(by(1, 10))).toEqual({ organisation: 4, author: 3 })
  expect(line.sizeOf(by(2, 11))).toEqual({ organisation: 1, author: 0 })
  expect(line.sizeOf(by(3, 10))).toEqual({ organisation: 0, author: 0 })
  const taken = Array.from({ length: 6 }, () => line.take())
  expect(taken).toEqual(['a1', 'c1', 'b1', 'a2', 'a3', undefined])
  expect([line.size, line.sizeOf(by(1, 10))]).toEqual([0, { organisation: 0, author: 0 }])
})

test('what is dropped comes no more', () => {
  const line = new Line<string>()
  for (const text of ['a1', 'a2']) line.add(by(1, 10), text)
  line.add(by(2, 10), 'c1')
  line.drop(by(1, 10), 'a1')
  line.drop(by(2, 10), 'c1')
  expect([line.size, line.take(), line.take()]).toEqual([1, 'a2', undefined])
})

test('who has bots is one person with them', () => {
  const line = new Line<string>()
  const bot: Author = { ...by(1, 20), botOwnerId: userId(10) }
  for (const text of ['bot 1', 'bot 2']) line.add(bot, text)
  line.add(by(1, 10), 'owner')
  line.add(by(1, 11), 'other')
  expect(line.sizeOf(bot)).toEqual({ organisation: 4, author: 3 })
  line.drop(bot, 'bot 2')
  expect([line.take(), line.take(), line.take()]).toEqual(['bot 1', 'other', 'owner'])
})
