import { defaultRealmGroups, role } from '@parley/access'
import { fixedClock, orgId, type Rights, rights, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { createFactsCache } from './cache.ts'
import type { Ask, Found } from './send-facts.ts'

const org = orgId(1)
const ask = (user: number, channel?: number): Ask => ({
  user: userId(user),
  ...(channel === undefined ? {} : { channel }),
})

/** A database whose facts all say which reading they are of. */
function readings() {
  const asked: Ask[][] = []
  let now: Rights = rights(1)
  const cache = createFactsCache(
    async (_org, asks) => {
      asked.push([...asks])
      const found: Found = {
        facts: {
          realm: 'acme',
          linkifiers: 0,
          actor: null,
          channel: null,
          people: null,
          longest: { content: 10_000, topic: 60 },
          begun: false,
          followsMentions: false,
        },
        rights: now,
        hash: `of ${now}`,
      }
      return asks.map(() => found)
    },
    fixedClock(0),
    100,
  )
  return { asked, cache, move: (n: number) => (now = rights(n)) }
}

test('misses of one tick are one statement, equal ones once', async () => {
  const { asked, cache } = readings()
  await Promise.all([cache.get(org, ask(1, 2)), cache.get(org, ask(1, 2)), cache.get(org, ask(2, 2))])
  expect(asked).toEqual([[ask(1, 2), ask(2, 2)]])
  expect(await cache.get(org, ask(1, 2))).toMatchObject({ fresh: false })
  expect(asked).toHaveLength(1)
})

test('the sender is known from any answer', async () => {
  const { asked, cache } = readings()
  await cache.get(org, ask(1, 2))
  expect(await cache.get(org, ask(1))).toMatchObject({ fresh: false })
  expect(asked).toHaveLength(1)
})

test('S10 where a sender’s facts were found changed, all of that sender are read again, and nobody else’s', async () => {
  const { asked, cache, move } = readings()
  for (const one of [ask(1, 2), ask(1, 3), ask(2, 2)]) await cache.get(org, one)
  move(5)
  cache.changed(org, userId(1), rights(5))
  for (const one of [ask(2, 2), ask(2)])
    expect(await cache.get(org, one)).toMatchObject({ fresh: false, rights: 1 })
  for (const one of [ask(1, 2), ask(1, 3)])
    expect(await cache.get(org, one)).toMatchObject({ fresh: true, rights: 5 })
  // Who was found changed before says nothing of what was read since, nor does another organisation.
  cache.changed(org, userId(1), rights(4))
  cache.changed(orgId(2), userId(1), rights(9))
  for (const one of [ask(1, 2), ask(1)]) expect(await cache.get(org, one)).toMatchObject({ fresh: false })
  expect(asked).toHaveLength(5)
})

test('AC-14 what the database found unchanged is believed again, if it is the same', async () => {
  const { asked, cache } = readings()
  const { hash } = await cache.get(org, ask(1, 2))
  await cache.get(org, ask(2, 2))
  cache.confirmed(org, ask(1, 2), hash, rights(5))
  expect(await cache.get(org, ask(1, 2))).toMatchObject({ fresh: false, rights: 5 })
  cache.confirmed(org, ask(2, 2), 'something else', rights(5))
  expect(await cache.get(org, ask(2, 2))).toMatchObject({ fresh: true })
  expect(asked).toHaveLength(3)
})

test('asking afresh reads, and memory is renewed by it, by whatever name it was asked', async () => {
  const { asked, cache, move } = readings()
  const byName = { user: userId(1), name: 'two' }
  for (const one of [ask(1, 2), byName, ask(2, 2)]) await cache.get(org, one)
  move(3)
  expect(await cache.get(org, ask(1, 2), { fresh: true })).toMatchObject({ fresh: true })
  expect(asked).toHaveLength(4)
  expect(await cache.get(org, byName)).toMatchObject({ fresh: true, rights: 3 })
  for (const one of [ask(1, 2), ask(1), ask(2, 2)])
    expect(await cache.get(org, one)).toMatchObject({ fresh: false })
})

test('many misses go in several statements, and the least used entries go', async () => {
  const { asked, cache } = readings()
  await Promise.all(Array.from({ length: 300 }, (_, user) => cache.get(org, ask(user, 2))))
  expect(asked.map((asks) => asks.length)).toEqual([256, 44])
  expect(await cache.get(org, ask(0, 2))).toMatchObject({ fresh: true })
  expect(await cache.get(org, ask(299, 2))).toMatchObject({ fresh: false })
})

test('long asks go in statements of their own, so that none is as long as all of them', async () => {
  const { asked, cache } = readings()
  const long = (user: number): Ask => ({ user: userId(user), name: 'x'.repeat(150_000) })
  await Promise.all([long(1), ask(2), long(3), ask(4), long(5)].map((one) => cache.get(org, one)))
  expect(asked.map((asks) => asks.map(({ user }) => user))).toEqual([[1, 2], [3, 4], [5]])
})

test('a failure fails who waited and nobody later', async () => {
  let fail = true
  const cache = createFactsCache(async () => {
    if (fail) throw new Error('gone')
    return []
  }, fixedClock(0))
  await expect(cache.get(org, ask(1))).rejects.toThrow('gone')
  fail = false
  await expect(cache.get(org, ask(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('what would fill the memory is not kept', async () => {
  const { asked, cache } = readings()
  const long = { user: userId(1), name: 'x'.repeat(1_001) }
  const crowd = { user: userId(1), users: Array.from({ length: 500 }, (_, i) => 1_000_000 + i) }
  for (const one of [long, crowd, long, crowd]) await cache.get(org, one)
  expect(asked).toHaveLength(4)
})

test('what time changes is read again once it has come', async () => {
  const clock = fixedClock(1_000)
  let read = 0
  const actor = {
    id: 1,
    role: role.member,
    active: true,
    bot: false,
    owner: null,
    generation: 1,
    groups: new Set<never>(),
    ownerGroups: new Set<never>(),
    permissions: defaultRealmGroups,
    email: '',
    name: '',
    avatar: '',
    automatic: null,
  }
  const cache = createFactsCache(async () => {
    const until = ++read === 1 ? 3_000 : null
    const facts = {
      realm: 'acme',
      linkifiers: 0,
      actor: { ...actor, until },
      channel: null,
      people: null,
      longest: { content: 10_000, topic: 60 },
      begun: false,
      followsMentions: false,
    }
    return [{ facts, rights: rights(1), hash: 'same' }]
  }, clock)
  const fresh = async () => (await cache.get(org, ask(1))).fresh
  expect([await fresh(), await fresh()]).toEqual([true, false])
  clock.advance(1_999)
  expect(await fresh()).toBe(false)
  clock.advance(1)
  expect([await fresh(), await fresh(), read]).toEqual([true, false, 2])
})
