import { orgId } from '@parley/core'
import { expect, test } from 'vitest'
import { TurnsOf } from './turns-of.ts'

const [one, other] = [orgId(1), orgId(2)]
const [ann, ben] = [11, 12]

/** Turns whose works begin when they may and end when they are told to. */
function working() {
  const turns = new TurnsOf()
  const began: string[] = []
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const begin = (
    name: string,
    account = ann,
    { org = one, signal = new AbortController().signal } = {},
  ): Promise<string> =>
    turns.take(org, account, signal, async () => {
      began.push(name)
      const gate = Promise.withResolvers<void>()
      gates.set(name, gate)
      await gate.promise
      return name
    })
  return { began, begin, end: (name: string) => gates.get(name)?.resolve(), gates }
}

test('two of an organisation are at work, in their order, and no other organisation waits for them', async () => {
  const { began, begin, end, gates } = working()
  const all = ['a', 'b', 'c', 'd'].map((name) => begin(name))
  const beside = begin('x', ann, { org: other })
  expect(began).toEqual(['a', 'b', 'x'])
  end('b')
  expect(await all[1]).toBe('b')
  await expect.poll(() => began).toEqual(['a', 'b', 'x', 'c'])
  gates.get('a')?.reject(new Error('failed'))
  await expect(all[0]).rejects.toThrow('failed')
  await expect.poll(() => began.at(-1)).toBe('d')
  for (const name of ['c', 'd', 'x']) end(name)
  expect(await Promise.all([all[2], all[3], beside])).toEqual(['c', 'd', 'x'])
  const again = begin('e')
  expect(began.at(-1)).toBe('e')
  end('e')
  expect(await again).toBe('e')
})

test('whoever asks for much holds up nobody else for longer than one of theirs', async () => {
  const { began, begin, end } = working()
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => begin(name))
  const beside = [begin('x', ben), begin('y', ben)]
  for (const name of ['a', 'c', 'x', 'd', 'y', 'e', 'b']) {
    await expect.poll(() => began).toContain(name)
    end(name)
  }
  await Promise.all([...all, ...beside])
  expect(began).toEqual(['a', 'b', 'c', 'x', 'd', 'y', 'e'])
})

test('who hangs up leaves the queue at once, and nothing is begun for them', async () => {
  const { began, begin, end } = working()
  const gone = new AbortController()
  const all = ['a', 'b'].map((name) => begin(name))
  const waiting = begin('c', ann, { signal: gone.signal })
  const behind = begin('d')
  gone.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await expect(begin('e', ben, { signal: gone.signal })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  end('a')
  await expect.poll(() => began).toEqual(['a', 'b', 'd'])
  for (const name of ['b', 'd']) end(name)
  expect(await Promise.all([...all, behind])).toEqual(['a', 'b', 'd'])
})

test('beyond a bound an account is refused, then its organisation, and another is not', async () => {
  const turns = new TurnsOf()
  const gate = Promise.withResolvers<void>()
  const { signal } = new AbortController()
  const ask = (account: number, org = one): Promise<void> =>
    turns.take(org, account, signal, () => gate.promise)
  const accounts = [1, 2, 3, 4, 5, 6]
  const busy = [ask(0), ask(0)]
  const waiting = accounts.flatMap((account) => Array.from({ length: 32 }, () => ask(account)))
  for (const account of accounts) await expect(ask(account)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  const last = Array.from({ length: 8 }, (_, i) => ask(7 + i))
  await expect(ask(100)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  const beside = ask(1, other)
  gate.resolve()
  await Promise.all([...busy, ...waiting, ...last, beside])
  await ask(1)
})
