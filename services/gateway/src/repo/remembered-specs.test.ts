import { Capabilities } from '@parley/api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { QueueSpec } from '../live/queue.ts'
import { RememberedSpecs } from './remembered-specs.ts'

const spec = (queueId: string, topic = ''): QueueSpec => ({
  queueId,
  org: 1,
  user: 7,
  vantage: 1,
  start: 3,
  eventTypes: null,
  narrow: topic === '' ? [] : [{ operator: 'topic', operand: topic, negated: false }],
  allPublicStreams: false,
  capabilities: Capabilities.parse({}),
  applyMarkdown: true,
  slimPresence: true,
  lifespan: 600,
})
const id = (last: string): string => `00000000-0000-4000-8000-00000000000${last}`
const [a, b, c] = [id('a'), id('b'), id('c')]
const one = JSON.stringify(spec(a)).length

test('of specifications the one that was asked for longest ago goes, by number and by characters', () => {
  for (const most of [
    { specs: 2, characters: 100 * one, ofOne: 2 * one },
    { specs: 100, characters: 2 * one, ofOne: 2 * one },
  ]) {
    const specs = new RememberedSpecs(most)
    for (const one of [a, b]) expect(specs.add(spec(one))).toEqual(spec(one))
    expect(specs.get(1, a)).toEqual(spec(a))
    specs.add(spec(c))
    expect([a, b, c].map((id) => specs.get(1, id) !== null)).toEqual([true, false, true])
    expect(specs.get(2, a)).toBeNull()
    for (const id of [a, c]) specs.forget(id)
    expect(specs.size).toBe(0)
    // What was forgotten takes no room any more.
    for (const id of [a, b]) specs.add(spec(id))
    expect(specs.size).toBe(2)
  }
})

test('a long one is not kept, and what is no specification is refused', () => {
  const specs = new RememberedSpecs({ specs: 9, characters: 9 * one, ofOne: one })
  const long = spec(a, 'x'.repeat(100))
  expect(specs.add(long)).toEqual(long)
  expect(specs.get(1, a)).toBeNull()
  expect(() => specs.add({ of: 'another version' })).toThrow(z.ZodError)
  expect(specs.size).toBe(0)
})

test('what queues of one kind want is in memory once', () => {
  const specs = new RememberedSpecs()
  const wanting = (id: string): unknown => ({ ...spec(id, 'x'), eventTypes: ['message'] })
  const [first, second] = [specs.add(wanting(a)), specs.add(wanting(b))]
  expect(second).toEqual(wanting(b))
  expect(second.eventTypes).toBe(first.eventTypes)
  expect(second.narrow).toBe(first.narrow)
  expect(second.capabilities).toBe(first.capabilities)
})
