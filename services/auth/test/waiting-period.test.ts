import { role } from '@parley/access'
import type { ExplainedAccess } from '@parley/api'
import { orgId } from '@parley/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { organisationsWithFull } from '../src/repo/full-members.ts'
import { tellFullMembers } from '../src/tell-full-members.ts'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let ada: Made
let bob: Made
let mia: Made
let named = 0
beforeAll(async () => {
  h = await harness()
})
afterAll(() => h[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await h.organisation(`acme${++named}`)
  ada = await h.account(acme.org, `ada${named}`, role.member)
  bob = await h.account(acme.org, `bob${named}`, role.member)
  mia = await h.account(acme.org, `mia${named}`, role.moderator)
  await joined(ada, 10)
  await joined(bob, 2)
})

/** Another day of joining than the harness' clock says. */
const joined = (who: Made, daysAgo: number) =>
  h.db.superuser(
    `UPDATE auth.users SET date_joined = now() - make_interval(hours => 24 * $2) WHERE user_id = $1`,
    [who.user, daysAgo],
  )
/** Time passes for everybody in the organisation. */
const pass = (days: number) =>
  h.db.superuser(
    `UPDATE auth.users SET date_joined = date_joined - make_interval(hours => 24 * $2),
       waiting_until = waiting_until - make_interval(hours => 24 * $2) WHERE org_id = $1`,
    [acme.org, days],
  )
const wait = (days: unknown, as = acme) =>
  h.ask('update-realm', as, { waiting_period_threshold: JSON.stringify(days) })
const logged = async (work: () => Promise<unknown>) => {
  const before = (await h.log(acme.org)).length
  await work()
  return (await h.log(acme.org)).slice(before).map(({ type, body }) => [type, body])
}
const set = (days: number) => ['organisation.set', { property: 'waiting_period_threshold', value: days }]
const added = (group_id: number, ...user_ids: number[]) => ['group.members-added', { group_id, user_ids }]
const removed = (group_id: number, ...user_ids: number[]) => ['group.members-removed', { group_id, user_ids }]
const moved = (who: Made, vantage: number) => [
  'user.moved',
  { user_id: who.user, role: role.member, vantage },
]

const Groups = z.array(z.looseObject({ id: z.int(), members: z.array(z.int()) }))
const namedBy = (groups: unknown) =>
  Object.fromEntries(
    Groups.parse(groups)
      .filter(({ id }) => id === 3 || id === 4)
      .map(({ id, members }) => [id, members]),
  )
/** Whom the groups of all members and of full ones name: as registered, as listed. */
const names = async () => {
  const lists = [
    namedBy((await h.told(acme.org, ['realm_user_groups']))['realm_user_groups']),
    namedBy((await h.ask('get-user-groups', ada))['user_groups']),
  ]
  expect(lists[1]).toEqual(lists[0])
  for (const group of [3, 4]) expect(await within(group, true)).toEqual(lists[0]?.[group])
  return lists[0]
}
const within = async (group: number, direct = false) =>
  (
    await h.ask(
      'get-user-group-members',
      mia,
      { direct_member_only: JSON.stringify(direct) },
      { user_group_id: String(group) },
    )
  )['members']

test('an owner has members wait, which everybody is told, and no longer', async () => {
  const raised = await logged(() => wait(3))
  expect(raised).toEqual([
    ['organisation.waiting-period-changed', { days: 3, was: 0, by: acme.user }],
    set(3),
    added(3, bob.user),
    removed(4, bob.user),
    moved(bob, 2),
  ])
  expect(h.barriers.at(-1)).toEqual([acme.org, Number((await h.log(acme.org)).at(-1)?.seq)])
  expect(await h.told(acme.org, ['realm'])).toMatchObject({ realm_waiting_period_threshold: 3 })
  expect(await names()).toEqual({ 3: [bob.user], 4: [ada.user] })
  expect(await within(3)).toEqual([acme.user, ada.user, bob.user, mia.user])
  expect(await within(4)).toEqual([acme.user, ada.user, mia.user])
  // Also where it takes a right from nobody it answers when every gateway has it.
  expect(await logged(() => wait(5))).toEqual([
    ['organisation.waiting-period-changed', { days: 5, was: 3, by: acme.user }],
    set(5),
  ])
  expect(h.barriers.at(-1)).toEqual([acme.org, Number((await h.log(acme.org)).at(-1)?.seq)])
  expect(await logged(() => wait(5))).toEqual([])
  expect(await logged(() => wait(11))).toHaveLength(5)
  expect(await logged(() => wait(2))).toEqual([
    ['organisation.waiting-period-changed', { days: 2, was: 11, by: acme.user }],
    set(2),
    added(4, ada.user, bob.user),
    removed(3, ada.user, bob.user),
    moved(ada, 3),
    moved(bob, 3),
  ])
  expect(await names()).toEqual({ 3: [], 4: [ada.user, bob.user] })
})

test('other settings of the same request are an act of their own', async () => {
  const log = await logged(() => h.ask('update-realm', acme, { waiting_period_threshold: '1', name: 'Two' }))
  expect(log.map(([type]) => type)).toEqual([
    'organisation.waiting-period-changed',
    'organisation.settings-changed',
    'organisation.set',
    'organisation.set',
  ])
  expect(log[1]?.[1]).toEqual({ properties: ['name'], by: acme.user })
})

test('nobody but owners sets it, and to nothing but a number of days', async () => {
  const admin = await h.account(acme.org, `admin${named}`, role.admin)
  expect(await refusalOf(wait(3, admin))).toBe('400 UNAUTHORIZED_PRINCIPAL Must be an organization owner')
  expect(await refusalOf(wait(3, bob))).toBe(
    '400 UNAUTHORIZED_PRINCIPAL Must be an organization administrator',
  )
  for (const days of [-1, 1.5, '3', null, 2_147_483_648])
    expect(await refusalOf(wait(days))).toMatch(
      /^400 (?:REQUEST_VARIABLE_INVALID|BAD_REQUEST) .*waiting_period_threshold/,
    )
  expect(await wait(2_147_483_647)).toEqual({})
  expect(await within(4)).toEqual([acme.user, mia.user, admin.user])
})

test('whose time has come is a full member at once; the log says so within a round, once, and the queues of before end', async () => {
  await wait(3)
  await pass(1)
  expect(await within(4)).toEqual([acme.user, ada.user, bob.user, mia.user])
  expect(await names()).toEqual({ 3: [bob.user], 4: [ada.user] })
  expect(await organisationsWithFull(h.auth)).toEqual([acme.org])
  const told = await logged(async () =>
    expect(
      await Promise.all([
        tellFullMembers(h.ctx, orgId(acme.org)),
        tellFullMembers(h.ctx, orgId(acme.org)),
      ]).then((counts) => counts.toSorted((a, b) => a - b)),
    ).toEqual([0, 1]),
  )
  expect(told).toEqual([added(4, bob.user), removed(3, bob.user), moved(bob, 3)])
  expect(await names()).toEqual({ 3: [], 4: [ada.user, bob.user] })
  expect(await organisationsWithFull(h.auth)).toEqual([])
  expect(await tellFullMembers(h.ctx, orgId(acme.org))).toBe(0)
})

test('who loses it before the log said that they had it begins anew too', async () => {
  await wait(3)
  await pass(1)
  expect(await logged(() => wait(10))).toEqual([
    ['organisation.waiting-period-changed', { days: 10, was: 3, by: acme.user }],
    set(10),
    moved(bob, 3),
  ])
  expect(await names()).toEqual({ 3: [bob.user], 4: [ada.user] })
})

test('who comes, comes back or becomes a member waits where the account is young', async () => {
  await wait(3)
  let cyd = acme
  expect(
    (await logged(async () => (cyd = await h.account(acme.org, `cyd${named}`, role.member)))).slice(1, 2),
  ).toEqual([added(3, cyd.user)])
  const patch = (who: Made, as: number) =>
    logged(() => h.ask('update-user', acme, { role: String(as) }, { user_id: String(who.user) }))
  expect((await patch(bob, role.moderator)).slice(1)).toEqual([removed(3, bob.user), added(5, bob.user)])
  expect((await patch(bob, role.member)).slice(1)).toEqual([removed(5, bob.user), added(3, bob.user)])
  expect((await patch(ada, role.guest)).slice(1)).toEqual([removed(4, ada.user), added(2, ada.user)])
  expect((await patch(ada, role.member)).slice(1)).toEqual([removed(2, ada.user), added(4, ada.user)])
  const id = { user_id: String(bob.user) }
  await h.ask('deactivate-user', acme, {}, id)
  // Nobody tells of who is not in use.
  await pass(1)
  expect(await organisationsWithFull(h.auth)).toEqual([])
  expect((await logged(() => h.ask('reactivate-user', acme, {}, id))).slice(1, 2)).toEqual([
    added(4, bob.user),
  ])
})

test('the operator is told until when somebody is no full member', async () => {
  const explain = async (who: Made) =>
    (
      (await h.call('auth.explain-access', {
        org: acme.org,
        user: who.user,
        kind: 'user',
        id: mia.user,
      })) as ExplainedAccess
    ).user
  await wait(3)
  const from = z.iso.datetime().parse((await explain(bob))?.full_from)
  expect(Date.parse(from) - Date.now()).toBeLessThanOrEqual(86_400_000)
  expect([(await explain(ada))?.full_from, (await explain(mia))?.full_from]).toEqual([null, null])
  await pass(1)
  expect(await explain(bob)).toMatchObject({ full_from: null, groups: [1, 2, 3, 4] })
})
