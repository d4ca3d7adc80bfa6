import { Capabilities } from '@parley/api'
import { expect, test } from 'vitest'
import type { Consumer } from './consumer.ts'
import { Cutting } from './cutting.ts'
import { Queue } from './queue.ts'

function reader(user: number, cuts: number[]): Consumer {
  const queue = new Queue({
    queueId: 'q',
    org: 1,
    user,
    vantage: 1,
    start: 0,
    eventTypes: null,
    narrow: [],
    allPublicStreams: false,
    capabilities: Capabilities.parse({}),
    applyMarkdown: true,
    slimPresence: false,
    lifespan: 600,
  })
  return {
    queue,
    credential: 'key:1',
    until: Infinity,
    heardAt: 0,
    patienceMs: 0,
    deliver: () => {},
    pass: () => true,
    beat: () => {},
    end: () => {},
    cut: () => cuts.push(user),
  }
}

test('those are known whose answer is on its way, and only as long as it is', () => {
  const cuts: number[] = []
  const cutting = new Cutting()
  const [one, other, third] = [reader(1, cuts), reader(1, cuts), reader(2, cuts)]
  const left = [one, other, third].map((consumer) => cutting.leaving(consumer))
  expect([...cutting.consumers()]).toEqual([one, other, third])
  left[0]?.()
  left[2]?.()
  expect([...cutting.consumers()]).toEqual([other])
  cutting.now()
  expect(cuts).toEqual([1])
  left[1]?.()
  expect([...cutting.consumers()]).toEqual([])
})

test('what is said twice to have left changes nothing for what leaves after', () => {
  const cutting = new Cutting()
  const [one, other] = [reader(1, []), reader(1, [])]
  const left = cutting.leaving(one)
  left()
  cutting.leaving(other)
  left()
  expect([...cutting.consumers()]).toEqual([other])
})

test('who lost a right is cut after two turns, and done says so', async () => {
  const cuts: number[] = []
  const cutting = new Cutting()
  cutting.soon([reader(1, cuts)])
  await new Promise(setImmediate)
  expect(cuts).toEqual([])
  cutting.soon([reader(2, cuts)])
  await cutting.done()
  expect(cuts).toEqual([1, 2])
})
