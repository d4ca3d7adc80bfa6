import { expect, test } from 'vitest'
import { Line } from './line.ts'

test('who has hung up already takes no place, and leaves none behind', () => {
  const line = new Line<string>()
  const gone: unknown[] = []
  const asked = { account: 1, revokes: false, bytes: 1 }
  const add = (entry: string, signal: AbortSignal): void =>
    line.add({ ...asked, signal }, entry, (error) => void gone.push(error))
  expect(() => add('late', AbortSignal.abort())).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }))
  const ending = new AbortController()
  add('ends', ending.signal)
  add('stays', new AbortController().signal)
  ending.abort()
  expect([gone.length, line.length]).toEqual([1, 1])
  expect([line.take(), line.take()]).toEqual(['stays', null])
})
