import { role } from '@parley/access'
import type { ExplainedAccess } from '@parley/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, harness, type Made } from './harness.ts'

let h: Harness
let acme: Made
let ada: Made
let admin: Made
let guest: Made
let group: number

beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  ada = await h.account(acme.org, 'Ada', role.member)
  admin = await h.account(acme.org, 'Adam', role.admin)
  guest = await h.account(acme.org, 'Guest', role.guest)
  const fields = { name: 'Group', description: '', members: JSON.stringify([ada.user]), can_join_group: '3' }
  group = Number((await h.ask('create-user-group', ada, fields))['group_id'])
})
afterAll(() => h[Symbol.asyncDispose]())

const explain = async (who: Made | null, kind: 'group' | 'user', id: number): Promise<ExplainedAccess> =>
  (await h.call('auth.explain-access', {
    org: acme.org,
    user: who?.user ?? 99_999,
    kind,
    id,
  })) as ExplainedAccess
const verdicts = async (who: Made, kind: 'group' | 'user', id: number): Promise<unknown> =>
  Object.fromEntries(
    (await explain(who, kind, id)).decisions.map(({ action, verdict, reason }) => [
      action,
      reason === null ? verdict : `${verdict} ${reason}`,
    ]),
  )

test('a group: what decides, and what somebody may do with it', async () => {
  expect(await explain(ada, 'group', group)).toMatchObject({
    user: { role: role.member, active: true, bot: false },
    facts: { system: false, deactivated: false, can_manage_group: true, can_manage_all_groups: false },
  })
  expect(await verdicts(ada, 'group', group)).toMatchObject({
    'group:read': 'allow',
    'group:edit': 'allow',
    'group:change-members (add others)': 'allow',
  })
  expect(await verdicts(admin, 'group', group)).toEqual({
    'group:read': 'allow',
    'group:edit': 'deny not-permitted',
    'group:change-members (add others)': 'deny not-permitted',
    'group:change-members (remove others)': 'deny not-permitted',
    'group:change-members (join)': 'allow',
    'group:change-members (leave)': 'allow',
  })
  expect(await verdicts(guest, 'group', group)).toMatchObject({ 'group:read': 'deny guests-may-not' })
  expect(await verdicts(ada, 'group', 5)).toMatchObject({ 'group:edit': 'deny system-group' })
})

test('an account: what decides, and what somebody may do with it', async () => {
  expect(await verdicts(admin, 'user', acme.user)).toEqual({
    'user:deactivate': 'deny owners-only',
    'user:reactivate': 'deny owners-only',
    'user:rename': 'allow',
    'user:see': 'allow',
    'user:set-role (owner)': 'deny owners-only',
    'user:set-role (member)': 'deny owners-only',
  })
  expect(await explain(acme, 'user', acme.user)).toMatchObject({
    facts: { owner: true, 'last owner': true, oneself: true, bot: false },
    decisions: [{ action: 'user:leave', verdict: 'deny', reason: 'last-owner' }, {}, {}, {}, {}, {}, {}],
  })
  expect(await verdicts(ada, 'user', guest.user)).toMatchObject({ 'user:deactivate': 'deny admins-only' })
})

test('what is not there', async () => {
  expect(await explain(null, 'user', ada.user)).toEqual({ user: null, facts: null, decisions: [] })
  for (const kind of ['group', 'user'] as const)
    expect(await explain(ada, kind, 99_999)).toMatchObject({ facts: null, decisions: [] })
})
