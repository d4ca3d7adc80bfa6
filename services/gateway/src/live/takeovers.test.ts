import { fixedClock } from '@parley/core'
import type { QueueTaken } from '@parley/events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Claim, Takeovers } from './takeovers.ts'

const names = ['a', 'b', 'c']

/** Gateways that serve one queue, and what they tell one another: in order between two of them, as late as it likes. */
function scene() {
  const clock = fixedClock(0)
  const links = names.flatMap((from) => names.map((to) => ({ from, to, waiting: [] as QueueTaken[] })))
  const gateways = names.map((name) => ({
    name,
    serving: null as null | { readonly claim: Claim; readonly stays: boolean; readonly n: number },
    takeovers: new Takeovers(name, clock, (taken) => {
      told.push(taken)
      for (const { from, waiting } of links) if (from === name) waiting.push(taken)
    }),
  }))
  const told: QueueTaken[] = []
  let begun = 0
  const deliver = (link: (typeof links)[number]): void => {
    const taken = link.waiting.shift()
    const gateway = gateways.find(({ name }) => name === link.to)
    if (taken && gateway?.takeovers.heard(taken, gateway.serving?.claim ?? null)) gateway.serving = null
  }
  return {
    clock,
    links,
    told,
    deliver,
    begin(at: number, stays: boolean): number {
      const gateway = gateways[at]
      if (gateway) gateway.serving = { claim: gateway.takeovers.begin('q', stays), stays, n: ++begun }
      return begun
    },
    /** A poll is answered, or a socket is closed by its client. */
    leave(at: number): void {
      const gateway = gateways[at]
      if (gateway) gateway.serving = null
    },
    /** Polls go on waiting. */
    wait(): void {
      for (const { serving, takeovers } of gateways)
        if (serving?.stays === false) takeovers.waits('q', serving.claim)
    },
    /** Everything arrives, and time passes. */
    settle(): void {
      for (const link of links) while (link.waiting.length > 0) deliver(link)
      clock.advance(10_000)
    },
    serving: () => gateways.flatMap(({ serving }) => serving ?? []),
  }
}

const who = fc.nat(names.length - 1)
const step = fc.oneof(
  fc.record({ do: fc.constant('begin' as const), at: who, stays: fc.boolean() }),
  fc.record({ do: fc.constant('deliver' as const), link: fc.nat(names.length ** 2 - 1) }),
  fc.constant({ do: 'settle' as const }),
  fc.constant({ do: 'wait' as const }),
)

test('of all who begin at gateways one socket stays at most, and never nobody; who comes last has the queue', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), who, fc.boolean(), (steps, at, stays) => {
      const s = scene()
      let any = false
      for (const one of steps) {
        const link = one.do === 'deliver' ? s.links[one.link] : undefined
        if (one.do === 'begin') any = s.begin(one.at, one.stays) > 0
        else if (link) s.deliver(link)
        else if (one.do === 'wait') s.wait()
        else s.settle()
      }
      s.settle()
      expect(s.serving().filter((one) => one.stays).length).toBeLessThanOrEqual(1)
      expect(s.serving().length > 0).toBe(any)
      const last = s.begin(at, stays)
      s.settle()
      const others = s.serving().filter(({ n }) => n !== last)
      expect([s.serving().length > others.length, others.filter((one) => stays || one.stays)]).toEqual([
        true,
        [],
      ])
      s.wait()
      s.settle()
      expect(s.serving().map(({ n }) => n)).toEqual([last])
    }),
    { numRuns: 1000 },
  )
})

test('polls that go round the gateways tell nothing; after a socket elsewhere the first one does, once', () => {
  const s = scene()
  for (let i = 0; i < 9; i++) {
    s.begin(i % 3, false)
    s.leave(i % 3)
    s.settle()
  }
  expect(s.told).toEqual([])
  s.begin(0, true)
  s.settle()
  s.begin(1, false)
  s.settle()
  expect([s.told.length, s.serving().map(({ stays }) => stays)]).toEqual([2, [false]])
  for (let i = 0; i < 9; i++) s.begin(i % 3, false)
  expect(s.told).toHaveLength(2)
})

test('a poll that waits says so once, after a while, and not where it has told before', () => {
  const clock = fixedClock(0)
  const told: QueueTaken[] = []
  const here = new Takeovers('z', clock, (taken) => told.push(taken))
  const own = here.begin('q', false)
  clock.advance(4999)
  here.waits('q', own)
  expect(told).toEqual([])
  clock.advance(1)
  here.waits('q', own)
  here.waits('q', own)
  const said = { queue_id: 'q', gateway: 'z', number: 1, stays: false, waited: 5000 }
  expect(told).toEqual([said])
  expect(here.heard({ ...said, gateway: 'a', waited: 3001 }, own)).toBe(false)
  expect(here.heard({ ...said, gateway: 'a', waited: 3000 }, own)).toBe(true)
  expect(here.heard({ ...said, gateway: 'a', waited: 3000 }, null)).toBe(false)
  const after = here.begin('after a socket', true)
  clock.advance(5000)
  here.waits('after a socket', after)
  expect(told).toHaveLength(2)
})

test('a socket at a gateway that had not heard of another ends it all the same', () => {
  const clock = fixedClock(0)
  const told: QueueTaken[] = []
  const here = new Takeovers('z', clock, (taken) => told.push(taken))
  for (let i = 0; i < 5; i++) here.begin('other', true)
  const own = here.begin('q', true)
  clock.advance(2000)
  const taken = { queue_id: 'q', gateway: 'a', number: 1, stays: true }
  expect(here.heard(taken, own)).toBe(true)
  expect(here.heard({ ...taken, gateway: 'z', number: 99 }, own)).toBe(false)
})

test('a poll that was told before a socket, and is heard after it, does not have it forgotten', () => {
  const told: string[] = []
  const here = new Takeovers('b', fixedClock(0), (taken) => told.push(taken.queue_id))
  here.heard({ queue_id: 'q', gateway: 'a', number: 3, stays: true }, null)
  here.heard({ queue_id: 'q', gateway: 'c', number: 2, stays: false }, null)
  here.begin('q', false)
  expect(told).toEqual(['q'])
})

test('of sockets elsewhere so many are remembered, the latest', () => {
  const told: string[] = []
  const here = new Takeovers('z', fixedClock(0), (taken) => told.push(taken.queue_id))
  for (let i = 0; i <= 10_000; i++)
    here.heard({ queue_id: `q${i}`, gateway: 'a', number: i, stays: true }, null)
  for (const queue of ['q0', 'q1', 'q10000']) here.begin(queue, false)
  expect(told).toEqual(['q1', 'q10000'])
})
