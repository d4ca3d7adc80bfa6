import { type OrgId, orgId, userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { expect, test } from 'vitest'
import { createAlertWords } from './alert-words.ts'
import type { AlertList } from './repo/alert-words.ts'

const acme = orgId(1)
const list = (user: number, version: number, ...words: string[]): AlertList => ({
  user: userId(user),
  words,
  version,
})

/** Lists that may change, and what was read of them. */
function lists(...first: AlertList[]) {
  const all = [...first]
  const read: [OrgId, number][] = []
  const load = async (org: OrgId, after: number): Promise<AlertList[]> => {
    read.push([org, after])
    return all.filter(({ version }) => version > after)
  }
  return { all, read, load }
}

test('lists are read once, and then only those that changed', async () => {
  const { all, read, load } = lists(list(1, 3, 'tea'), list(2, 5, 'cake'))
  const words = createAlertWords(load)
  const both = await Promise.all([words.find(acme, 'tea'), words.find(acme, 'cake')])
  expect(both).toEqual([
    { users: [1], version: 5 },
    { users: [2], version: 5 },
  ])
  all.push(list(1, 8))
  expect(await words.find(acme, 'tea')).toEqual({ users: [1], version: 5 })
  expect(await Promise.all([words.findAnew(acme, 'tea'), words.findAnew(acme, 'cake')])).toEqual([
    { users: [], version: 8 },
    { users: [2], version: 8 },
  ])
  expect(read).toEqual([
    [acme, 0],
    [acme, 5],
  ])
})

test('a reading that ends late takes nothing back', async () => {
  const answers: PromiseWithResolvers<AlertList[]>[] = []
  const words = createAlertWords(() => {
    const answer = Promise.withResolvers<AlertList[]>()
    answers.push(answer)
    return answer.promise
  })
  const first = words.find(acme, 'cake')
  await expect.poll(() => answers.length).toBe(1)
  const second = words.findAnew(acme, 'cake')
  await expect.poll(() => answers.length).toBe(2)
  answers[1]?.resolve([list(1, 2, 'cake')])
  expect(await second).toEqual({ users: [1], version: 2 })
  answers[0]?.resolve([list(1, 1, 'tea')])
  expect(await first).toEqual({ users: [1], version: 2 })
})

test('what could not be read is read again', async () => {
  const { load } = lists(list(1, 1, 'tea'))
  let down = true
  const words = createAlertWords((org, after) =>
    down ? Promise.reject(new Error('down')) : load(org, after),
  )
  await expect(words.find(acme, 'tea')).rejects.toThrow('down')
  down = false
  expect(await words.find(acme, 'tea')).toEqual({ users: [1], version: 1 })
})

test('the organisations used longest ago make room', async () => {
  const { read, load } = lists(list(1, 1, 'tea'))
  const words = createAlertWords(load, 500)
  for (const org of [1, 2, 2, 1]) await words.find(orgId(org), 'tea')
  expect(read.map(([org]) => org)).toEqual([1, 2, 1])
})

test('who has a connection reads by it, and waits for nobody who needs another', async () => {
  const { all, load } = lists(list(1, 1, 'tea'))
  const waiting = Promise.withResolvers<AlertList[]>()
  const tx = { org: acme } as Tx
  const words = createAlertWords((org, after, within) => (within === tx ? load(org, after) : waiting.promise))
  const other = words.findAnew(acme, 'tea')
  expect(await words.findWithin(tx, 'tea')).toEqual({ users: [1], version: 1 })
  all.push(list(1, 2, 'cake'))
  expect(await words.findWithin(tx, 'tea')).toEqual({ users: [], version: 2 })
  waiting.resolve([])
  expect(await other).toEqual({ users: [], version: 2 })
})

test('beyond what one organisation may take, who comes is not alerted', async () => {
  const signs = (i: number): string[] =>
    Array.from({ length: 100 }, (_, word) => String.fromCodePoint(0x4e00 + i * 100 + word) + '!'.repeat(99))
  const { load } = lists(...Array.from({ length: 12 }, (_, i) => list(i + 1, i + 1, ...signs(i), 'tea')))
  const { users } = await createAlertWords(load).find(acme, 'tea')
  expect([users[0], users.length < 12]).toEqual([1, true])
})
