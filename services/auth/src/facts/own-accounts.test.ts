import { authorize } from '@parley/access'
import type { Principal } from '@parley/api'
import { unavailable } from '@parley/core'
import { expect, test } from 'vitest'
import { createOwnAccounts } from './own-accounts.ts'

const principal = (org: number, user: number): Principal => ({
  org,
  user,
  generation: 1,
  credential: 'key:1',
})

const account = (user: number) => ({
  user_id: user,
  rights: 7,
  email: `u${user}@x.example`,
  delivery_email: `u${user}@x.example`,
  email_address_visibility: 1,
  full_name: `U ${user}`,
  role: 400,
  is_active: true,
  is_bot: false,
  bot_type: null,
  bot_owner_id: null,
  date_joined: new Date(0),
  timezone: '',
  avatar_version: 1,
  generation: 1,
  group_ids: [2],
  permissions: null,
  profile: null,
})

/** A database of accounts 1 to 9 in every organisation, and what it was asked. */
function database() {
  const asked: unknown[][] = []
  let failure: Error | null = null
  return {
    asked,
    fail: (error: Error | null) => (failure = error),
    own: createOwnAccounts({
      async once(row, _sql, params = []) {
        asked.push([...params])
        await new Promise(setImmediate)
        if (failure) throw failure
        return (params[1] as number[]).filter((u) => u < 10).map((u) => row.parse(account(u)))
      },
    }),
  }
}

test('who asks in one tick is read in one statement per organisation, each once', async () => {
  const { own, asked } = database()
  const found = await Promise.all(
    [principal(1, 3), principal(1, 4), principal(2, 3), principal(1, 3)].map((p) => own.actor(p)),
  )
  expect(asked).toEqual([
    [1, [3, 4]],
    [2, [3]],
  ])
  expect(found.map(({ actor, rights }) => [actor?.orgId, actor?.userId, rights])).toEqual([
    [1, 3, 7],
    [1, 4, 7],
    [2, 3, 7],
    [1, 3, 7],
  ])
})

test('who asks while a statement runs is never answered from it', async () => {
  const { own, asked } = database()
  const first = own.actor(principal(1, 3))
  await expect.poll(() => asked.length).toBe(1)
  await Promise.all([first, own.actor(principal(1, 3))])
  expect(asked).toEqual([
    [1, [3]],
    [1, [3]],
  ])
})

test('nobody is nobody, and a failure is told to all who asked and to nobody after', async () => {
  const { own, fail } = database()
  expect(await own.actor(principal(1, 99))).toEqual({ actor: null, rights: 0 })
  fail(unavailable())
  const both = await Promise.allSettled([own.actor(principal(1, 1)), own.actor(principal(1, 2))])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  fail(null)
  expect((await own.actor(principal(1, 1))).actor?.userId).toBe(1)
})

test('an account is shown to the actor that was read with it alone', async () => {
  const { own } = database()
  const { actor, rights } = await own.actor(principal(1, 3))
  if (!actor) throw new Error('no actor')
  const grant = (who: typeof actor) => {
    const verdict = authorize('self:use', who, null, rights)
    if (!verdict.ok) throw new Error('refused')
    return verdict.granted
  }
  expect(own.of(grant(actor))).toMatchObject({ userId: 3, email: 'u3@x.example' })
  expect(() => own.of(grant({ ...actor }))).toThrow('read elsewhere')
})
