import { orgId } from '@parley/core'
import { expect, test } from 'vitest'
import { TurnsOf } from './turns-of.ts'

const [one, other] = [orgId(1), orgId(2)]

test('two of an organisation are at work, in their order, and no other organisation waits for them', async () => {
  const turns = new TurnsOf()
  const began: string[] = []
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const begin = (name: string, org = one): Promise<string> =>
    turns.take(org, async () => {
      began.push(name)
      const gate = Promise.withResolvers<void>()
      gates.set(name, gate)
      await gate.promise
      return name
    })
  const all = ['a', 'b', 'c', 'd'].map((name) => begin(name))
  const beside = begin('x', other)
  expect(began).toEqual(['a', 'b', 'x'])
  gates.get('b')?.resolve()
  expect(await all[1]).toBe('b')
  await expect.poll(() => began).toEqual(['a', 'b', 'x', 'c'])
  gates.get('a')?.reject(new Error('failed'))
  await expect(all[0]).rejects.toThrow('failed')
  await expect.poll(() => began.at(-1)).toBe('d')
  for (const name of ['c', 'd', 'x']) gates.get(name)?.resolve()
  expect(await Promise.all([all[2], all[3], beside])).toEqual(['c', 'd', 'x'])
  const again = begin('e')
  expect(began.at(-1)).toBe('e')
  gates.get('e')?.resolve()
  expect(await again).toBe('e')
})

test('beyond a bound an organisation is refused, and another is not', async () => {
  const turns = new TurnsOf()
  const gate = Promise.withResolvers<void>()
  const waiting = Array.from({ length: 502 }, () => turns.take(one, () => gate.promise))
  await expect(turns.take(one, () => gate.promise)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(await turns.take(other, async () => 'done')).toBe('done')
  gate.resolve()
  await Promise.all(waiting)
  expect(await turns.take(one, async () => 'again')).toBe('again')
})
