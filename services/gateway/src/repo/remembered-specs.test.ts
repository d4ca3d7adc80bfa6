import { Capabilities } from '@parley/api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { QueueSpec } from '../live/queue.ts'
import { RememberedSpecs } from './remembered-specs.ts'

const spec = (queueId: string, topic = ''): QueueSpec => ({
  queueId: `00000000-0000-4000-8000-00000000000${queueId}`,
  org: 1,
  user: 7,
  vantage: 1,
  start: 3,
  eventTypes: null,
  narrow: topic === '' ? [] : [{ operator: 'topic', operand: topic, negated: false }],
  allPublicStreams: false,
  capabilities: Capabilities.parse({}),
  applyMarkdown: true,
  clientGravatar: false,
  slimPresence: true,
  lifespan: 600,
})
const one = JSON.stringify(spec('1')).length

test('of specifications the one that was asked for longest ago goes, by number and by characters', () => {
  for (const most of [
    { specs: 2, characters: 100 * one, ofOne: 2 * one },
    { specs: 100, characters: 2 * one, ofOne: 2 * one },
  ]) {
    const specs = new RememberedSpecs(most)
    for (const id of ['1', '2']) expect(specs.add(id, spec(id))).toEqual(spec(id))
    expect(specs.get(1, '1')).toEqual(spec('1'))
    specs.add('3', spec('3'))
    expect(['1', '2', '3'].map((id) => specs.get(1, id) !== null)).toEqual([true, false, true])
    expect(specs.get(2, '1')).toBeNull()
    for (const id of ['1', '3']) specs.forget(id)
    expect(specs.size).toBe(0)
    // What was forgotten takes no room any more.
    for (const id of ['1', '2']) specs.add(id, spec(id))
    expect(specs.size).toBe(2)
  }
})

test('a long one is not kept, and what is no specification is refused', () => {
  const specs = new RememberedSpecs({ specs: 9, characters: 9 * one, ofOne: one })
  const long = spec('1', 'x'.repeat(100))
  expect(specs.add('1', long)).toEqual(long)
  expect(specs.get(1, '1')).toBeNull()
  expect(() => specs.add('2', { of: 'another version' })).toThrow(z.ZodError)
  expect(specs.size).toBe(0)
})
