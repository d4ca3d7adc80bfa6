import { expect, test } from 'vitest'
import { LongLists } from './long-lists.ts'

const full = { code: 'UNAVAILABLE', data: { 'retry-after': 1 } }

test('one list at a time, in order; a person, an organisation and all have bounds of their own', async () => {
  const lists = new LongLists({ ofOnePerson: 2, ofOneOrganisation: 3, ofAll: 4 })
  const began: string[] = []
  const ends: (() => void)[] = []
  const list = (org: number, user: number): Promise<string> =>
    lists.take(org, user, async () => {
      began.push(`${org} ${user}`)
      await new Promise<void>((end) => {
        ends.push(end)
      })
      return `${org} ${user}`
    })
  const all = [list(1, 1), list(1, 1)]
  await expect(list(1, 1)).rejects.toMatchObject(full)
  all.push(list(1, 2))
  await expect(list(1, 3)).rejects.toMatchObject(full)
  all.push(list(2, 1))
  await expect(list(3, 1)).rejects.toMatchObject(full)
  for (const [n, one] of all.entries()) {
    expect(began).toHaveLength(n + 1)
    ends[n]?.()
    await one
  }
  expect(began).toEqual(['1 1', '1 1', '1 2', '2 1'])
  const again = list(1, 1)
  ends[4]?.()
  expect(await again).toBe('1 1')
})

test('a list that fails gives its place and its turn back', async () => {
  const lists = new LongLists({ ofOnePerson: 1, ofOneOrganisation: 1, ofAll: 1 })
  await expect(lists.take(1, 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await lists.take(1, 1, () => Promise.resolve('yes'))).toBe('yes')
})
