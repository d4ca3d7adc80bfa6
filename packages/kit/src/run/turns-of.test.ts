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
    { org = one, signal = new AbortController().signal, revokes = false } = {},
  ): Promise<string> =>
    turns.take(org, { account, revokes, bytes: 0, signal }, async () => {
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

test('what takes rights away comes first, and the others after three of these', async () => {
  const { began, begin, end } = working()
  const all = ['a', 'b', 'c', 'd'].map((name) => begin(name))
  const taking = ['r', 's', 't', 'u', 'v'].map((name) => begin(name, ben, { revokes: true }))
  for (const name of ['a', 'b', 'r', 's', 't', 'c', 'u', 'v', 'd']) {
    await expect.poll(() => began).toContain(name)
    end(name)
  }
  await Promise.all([...all, ...taking])
  expect(began).toEqual(['a', 'b', 'r', 's', 't', 'c', 'u', 'v', 'd'])
})

test('beyond a bound an account is refused, then its organisation, and another is not', async () => {
  const { ask, open } = asking()
  const accounts = [1, 2, 3, 4, 5, 6, 7]
  const busy = [ask(0), ask(0)]
  const waiting = accounts.flatMap((account) =>
    Array.from({ length: 16 }, (_, i) => ask(account, { revokes: i % 2 === 0 })),
  )
  for (const account of accounts) {
    await expect(ask(account)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(ask(account, { revokes: true })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  }
  const last = Array.from({ length: 16 }, (_, i) => ask(8 + i))
  await expect(ask(100)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  const beside = ask(1, { org: other })
  open()
  await Promise.all([...busy, ...waiting, ...last, beside])
  await ask(1)
})

test('four megabytes of an organisation wait, and who hangs up or begins makes room', async () => {
  const { ask, open } = asking()
  const gone = new AbortController()
  const mebibyte = { bytes: 1024 * 1024 }
  const busy = [ask(0, mebibyte), ask(0, mebibyte)]
  const waiting = [ask(1, mebibyte), ask(2, mebibyte), ask(3, mebibyte)]
  const hung = ask(4, { ...mebibyte, signal: gone.signal })
  await expect(ask(5, { bytes: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  gone.abort()
  await expect(hung).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  waiting.push(ask(5, mebibyte))
  await expect(ask(6, { bytes: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  open()
  await Promise.all([...busy, ...waiting])
  await Promise.all(Array.from({ length: 6 }, (_, i) => ask(i, mebibyte)))
})

/** Turns whose works all end at once. */
function asking() {
  const turns = new TurnsOf()
  const gate = Promise.withResolvers<void>()
  const ask = (
    account: number,
    { org = one, revokes = false, bytes = 0, signal = new AbortController().signal } = {},
  ): Promise<void> => turns.take(org, { account, revokes, bytes, signal }, () => gate.promise)
  return { ask, open: () => gate.resolve() }
}
