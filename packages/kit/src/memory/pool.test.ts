import fc from 'fast-check'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { type Lent, owned, part, Pool } from './pool.ts'
import { tellPool } from './pool-metrics.ts'

type Step = readonly [what: 'take' | 'release' | 'again', number: number]
const steps = fc.array(
  fc.tuple(fc.constantFrom('take', 'take', 'release', 'again'), fc.nat(300_000)) as fc.Arbitrary<Step>,
  { maxLength: 60 },
)

test('nobody is lent what another one holds, and what is idle stays within its bound', () => {
  fc.assert(
    fc.property(steps, fc.nat(800_000), (all, mostIdle) => {
      const pool = new Pool(mostIdle)
      const held: { readonly lent: Lent; readonly mark: number }[] = []
      const released: Lent[] = []
      for (const [i, [what, number]] of all.entries()) {
        const [chosen] = what === 'release' ? held.splice(number % (held.length + 1), 1) : []
        chosen?.lent.release()
        if (chosen) released.push(chosen.lent)
        if (what === 'again') released[number % (released.length + 1)]?.release()
        if (what === 'take') held.push({ lent: pool.take(number), mark: i })
        if (what === 'take') held.at(-1)?.lent.bytes.fill(i)
        expect(pool.idleBytes).toBeLessThanOrEqual(mostIdle)
        for (const { lent, mark } of held)
          expect(lent.bytes.equals(Buffer.alloc(lent.bytes.length, mark))).toBe(true)
      }
    }),
  )
})

test('what was given back is taken again, by answers of about the same length', () => {
  const pool = new Pool(20_000_000)
  const first = pool.take(4_200_000)
  const memory = first.bytes.buffer
  first.release()
  expect(pool.idleBytes).toBe(5_242_880)
  expect(pool.take(1_000_000).bytes.buffer).not.toBe(memory)
  expect(pool.take(5_000_000).bytes.buffer).toBe(memory)
  expect(pool.taken).toEqual({ reused: 1, made: 2 })
})

test('what has been given back is read no more', () => {
  const lent = new Pool(1_000_000).take(100_000)
  const half = part(lent, 50_000, 60_000)
  expect(half.bytes.length).toBe(10_000)
  half.release()
  expect(() => lent.bytes).toThrow('released')
  expect(() => half.bytes).toThrow('released')
})

test('what lay idle longest goes first', () => {
  const pool = new Pool(300_000)
  const [a, b, c] = [pool.take(100_000), pool.take(130_000), pool.take(150_000)]
  const memory = [a, b, c].map((lent) => lent.bytes.buffer)
  for (const lent of [a, b, c]) lent.release()
  expect(pool.take(150_000).bytes.buffer).toBe(memory[2])
  expect(pool.take(130_000).bytes.buffer).toBe(memory[1])
  expect(pool.take(100_000).bytes.buffer).not.toBe(memory[0])
})

test("what is nobody else's stays as it is", () => {
  const lent = owned(Buffer.from('x'))
  lent.release()
  expect(lent.bytes.toString()).toBe('x')
})

test('metrics tell what is idle and how often memory was there', async () => {
  const [pool, registry] = [new Pool(1_000_000), new Registry()]
  tellPool(registry, pool)
  for (let time = 0; time < 3; time++) pool.take(100_000).release()
  const told = await registry.metrics()
  expect(await registry.metrics()).toBe(told)
  expect(told.split('\n').filter((line) => line.startsWith('parley'))).toEqual([
    'parley_pool_idle_bytes 114688',
    'parley_pool_taken_total{memory="reused"} 2',
    'parley_pool_taken_total{memory="made"} 1',
  ])
})
