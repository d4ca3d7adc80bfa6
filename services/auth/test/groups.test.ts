import { role } from '@parley/access'
import { contractAvailable, eventFaults } from '@parley/testkit'
import { declarations, type WireEvent } from '@parley/events'
import { Capabilities } from '@parley/api'
import { userId } from '@parley/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Harness, harness, type Made, refusalOf } from './harness.ts'

let h: Harness
let acme: Made
let other: Made
let ada: Made
let bob: Made
let guest: Made
beforeAll(async () => {
  h = await harness()
  acme = await h.organisation('acme')
  other = await h.organisation('other')
  ada = await h.account(acme.org, 'ada', role.member)
  bob = await h.account(acme.org, 'bob', role.member)
  guest = await h.account(acme.org, 'guest', role.guest)
})
afterAll(() => h[Symbol.asyncDispose]())

const fields = (given: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
const GroupId = z.object({ group_id: z.int() })
const make = async (as: Made, name: string, given: Record<string, unknown> = {}): Promise<number> =>
  GroupId.parse(
    await h.ask('create-user-group', as, fields({ name, description: '', members: [], ...given })),
  ).group_id
const at = (group: number) => ({ user_group_id: String(group) })
const change = (as: Made, group: number, given: Record<string, unknown>) =>
  h.ask('update-user-group-members', as, fields(given), at(group))
const nest = (as: Made, group: number, given: Record<string, unknown>) =>
  h.ask('update-user-group-subgroups', as, fields(given), at(group))
const edit = (as: Made, group: number, given: Record<string, unknown>) =>
  h.ask('update-user-group', as, fields(given), at(group))
const end = (as: Made, group: number) => h.ask('deactivate-user-group', as, {}, at(group))
const Groups = z.object({ user_groups: z.array(z.looseObject({ id: z.int(), name: z.string() })) })
const listed = async (group: number, given: Record<string, unknown> = {}) =>
  Groups.parse(await h.ask('get-user-groups', ada, fields(given))).user_groups.find(({ id }) => id === group)
const members = async (group: number, direct = false) =>
  (await h.ask('get-user-group-members', ada, fields({ direct_member_only: direct }), at(group)))['members']
const isIn = async (group: number, who: Made, direct = false) =>
  (
    await h.ask('get-is-user-group-member', ada, fields({ direct_member_only: direct }), {
      ...at(group),
      user_id: String(who.user),
    })
  )['is_user_group_member']
const subgroups = async (group: number, direct = false) =>
  (await h.ask('get-user-group-subgroups', ada, fields({ direct_subgroup_only: direct }), at(group)))[
    'subgroups'
  ]
const refused = (msg: string, code = 'BAD_REQUEST') => `400 ${code} ${msg}`
const naming = (...people: readonly Made[]) => ({
  direct_members: people.map(({ user }) => user),
  direct_subgroups: [],
})

test('who makes a group manages it, and everybody sees it', async () => {
  const group = await make(ada, ' crew ', {
    description: 'who rows',
    members: [bob.user, ada.user, bob.user],
  })
  expect(await listed(group)).toMatchObject({
    name: 'crew',
    description: 'who rows',
    creator_id: ada.user,
    members: [ada.user, bob.user],
    direct_subgroup_ids: [],
    is_system_group: false,
    deactivated: false,
    can_manage_group: naming(ada),
    can_add_members_group: naming(ada),
    can_join_group: 8,
    can_leave_group: 2,
  })
  expect(await listed(2)).toMatchObject({ name: 'role:everyone', members: [guest.user] })
  expect(await refusalOf(make(bob, 'Crew'))).toBe(refused("User group 'Crew' already exists."))
})

test('people come in and go out as the permissions of the group say', async () => {
  const group = await make(ada, 'choir', { can_join_group: 3, can_leave_group: 8, members: [ada.user] })
  await change(bob, group, { add: [bob.user] })
  expect(await refusalOf(change(bob, group, { delete: [bob.user] }))).toBe(refused('Insufficient permission'))
  expect(await refusalOf(change(bob, group, { delete: [ada.user] }))).toBe(refused('Insufficient permission'))
  expect(await members(group)).toEqual([ada.user, bob.user])
  await change(ada, group, { add: [acme.user], delete: [bob.user] })
  expect([await members(group), await isIn(group, bob), await isIn(group, acme)]).toEqual([
    [acme.user, ada.user],
    false,
    true,
  ])
  expect(await refusalOf(change(ada, group, { add: [ada.user] }))).toBe(
    refused(`User ${ada.user} is already a member of this group.`),
  )
  expect(await refusalOf(change(ada, group, { delete: [bob.user] }))).toMatch(/^400/)
  expect(await refusalOf(change(ada, group, { add: [other.user] }))).toBe(
    refused(`Invalid user ID: ${other.user}`),
  )
  expect(await refusalOf(change(ada, group, {}))).toMatch(/Nothing to do/)
  expect(await refusalOf(nest(ada, group, {}))).toMatch(/Nothing to do/)
})

test('RO-02 groups hold groups, and never themselves', async () => {
  const outer = await make(ada, 'outer')
  const inner = await make(ada, 'inner', { members: [bob.user], subgroups: [6] })
  await nest(ada, outer, { add: [inner] })
  expect([await members(outer), await members(outer, true)]).toEqual([[acme.user, bob.user], []])
  expect([await subgroups(outer), await subgroups(outer, true)]).toEqual([[6, 7, inner], [inner]])
  expect([await subgroups(2), await subgroups(2, true)]).toEqual([[3, 4, 5, 6, 7], [3]])
  expect(await members(4, true)).toEqual([ada.user, bob.user])
  expect(await refusalOf(nest(ada, inner, { add: [outer] }))).toMatch(
    /already a subgroup of one of the passed/,
  )
  expect(await refusalOf(nest(ada, inner, { add: [inner] }))).toMatch(
    /already a subgroup of one of the passed/,
  )
  expect(await refusalOf(nest(ada, outer, { add: [inner] }))).toBe(
    refused(`User group ${inner} is already a subgroup of this group.`),
  )
  expect(await refusalOf(nest(ada, outer, { delete: [6] }))).toBe(
    refused('User group 6 is not a subgroup of this group.'),
  )
  for (const bad of [9, 100, 999_999, 2 ** 40])
    expect(await refusalOf(nest(ada, outer, { add: [bad] }))).toBe(refused('Invalid user group'))
  await change(ada, outer, { delete_subgroups: [inner] })
  expect(await members(outer)).toEqual([])
})

test('a group is edited by who manages it; what a client believes is held against what is', async () => {
  const group = await make(ada, 'scribes')
  expect(await refusalOf(edit(bob, group, { name: 'mine' }))).toBe(refused('Insufficient permission'))
  expect(await refusalOf(edit(ada, group, {}))).toBe(refused('No new data supplied'))
  expect(await refusalOf(edit(ada, group, { name: 'role:x' }))).toMatch(/cannot start with/)
  await make(ada, 'taken')
  expect(await refusalOf(edit(ada, group, { name: 'TAKEN' }))).toBe(
    refused("User group 'TAKEN' already exists."),
  )
  expect(await refusalOf(edit(ada, group, { can_manage_group: { new: 5, old: naming(bob) } }))).toMatch(
    /^400 EXPECTATION_MISMATCH/,
  )
  await edit(ada, group, {
    name: 'writers',
    can_manage_group: { new: naming(bob), old: naming(ada) },
    can_mention_group: { new: { direct_members: [], direct_subgroups: [3] } },
  })
  expect(await listed(group)).toMatchObject({
    name: 'writers',
    can_manage_group: naming(bob),
    can_mention_group: 3,
  })
  expect(await refusalOf(edit(ada, group, { description: 'x' }))).toBe(refused('Insufficient permission'))
  await edit(acme, group, { description: 'what owners say' })
  const before = (await h.log(acme.org)).length
  await edit(bob, group, { description: 'what owners say' })
  expect((await h.log(acme.org)).length).toBe(before)
  expect(await refusalOf(edit(bob, group, { can_join_group: { new: 1 } }))).toBe(
    refused("'can_join_group' setting cannot be set to 'role:internet' group."),
  )
})

test('AC-11 a group in use stays; another is taken out of use for good, and its name is free again', async () => {
  const group = await make(ada, 'keys')
  const holder = await make(ada, 'holder', { subgroups: [group], can_join_group: group })
  const answer = await end(ada, group).catch((error: unknown) => error)
  expect(answer).toMatchObject({
    code: 'CANNOT_DEACTIVATE_GROUP_IN_USE',
    data: {
      objections: [
        { type: 'subgroup', supergroup_ids: [holder] },
        { type: 'user_group', group_id: holder, settings: ['can_join_group'] },
      ],
    },
  })
  await nest(ada, holder, { delete: [group] })
  await edit(ada, holder, { can_join_group: { new: 8 } })
  expect(await refusalOf(end(bob, group))).toBe(refused('Insufficient permission'))
  await end(ada, group)
  expect(await listed(group)).toBeUndefined()
  expect(await listed(group, { include_deactivated_groups: true })).toMatchObject({ deactivated: true })
  expect(await refusalOf(change(ada, group, { add: [bob.user] }))).toBe(refused('User group is deactivated.'))
  expect(await refusalOf(nest(ada, holder, { add: [group] }))).toBe(refused('Invalid user group'))
  await make(bob, 'keys')
})

test('groups of roles are nobody’s to change, and those of others are not there', async () => {
  const theirs = await make(other, 'theirs')
  const what = [
    (id: number) => edit(acme, id, { name: 'mine' }),
    (id: number) => change(acme, id, { add: [ada.user] }),
    (id: number) => nest(acme, id, { add: [6] }),
    (id: number) => end(acme, id),
  ]
  for (const attempt of what) {
    expect(await refusalOf(attempt(4))).toBe(refused('Insufficient permission'))
    for (const id of [theirs, 50, 999_999, 2 ** 40])
      expect(await refusalOf(attempt(id))).toBe(refused('Invalid user group'))
  }
  for (const look of [members, subgroups])
    for (const id of [theirs, 50, 2 ** 40])
      expect(await refusalOf(look(id))).toBe(refused('Invalid user group'))
  expect(await refusalOf(isIn(theirs, ada))).toBe(refused('Invalid user group'))
  expect(await refusalOf(isIn(4, other))).toBe(refused('No such user'))
})

test('guests have no part in it by REST', async () => {
  const group = await make(ada, 'for guests', { members: [guest.user], can_join_group: 3 })
  expect(await refusalOf(make(guest, 'mine'))).toMatch(/^400/)
  expect(await refusalOf(h.ask('get-user-groups', guest))).toMatch(/^400/)
  expect(await refusalOf(change(guest, group, { delete: [guest.user] }))).toBe(
    refused('Not allowed for guest users'),
  )
})

test('who is deactivated is in no group, and is back when they are back', async () => {
  const carol = await h.account(acme.org, 'carol', role.member)
  const group = await make(ada, 'leavers', { members: [carol.user], can_join_group: naming(carol) })
  await h.ask('deactivate-user', acme, {}, { user_id: String(carol.user) })
  expect([await members(group), await members(group, true)]).toEqual([[], []])
  expect(await listed(group)).toMatchObject({ members: [], can_join_group: naming() })
  await h.ask('reactivate-user', acme, {}, { user_id: String(carol.user) })
  expect(await members(group)).toEqual([carol.user])
  const told = (await h.log(acme.org)).filter((e) => e.type === 'group.members-added').slice(-1)
  expect(told[0]?.body).toEqual({ group_id: group, user_ids: [carol.user] })
})

test.runIf(contractAvailable())('what clients are told of groups fits the contract', async () => {
  const group = await make(ada, 'told', { members: [ada.user], subgroups: [6] })
  await change(ada, group, { add: [bob.user], delete: [ada.user] })
  await nest(ada, group, { add: [5], delete: [6] })
  await edit(ada, group, { name: 'told twice' })
  await end(ada, group)
  const told = (await h.log(acme.org)).flatMap((event): WireEvent[] => {
    const declaration = declarations.find((d) => d.type === event.type)
    return [true, false].flatMap((all) => {
      const shape = declaration?.shape(event.body, {
        userId: userId(1),
        role: role.member,
        capabilities: Capabilities.parse({ include_deactivated_groups: all }),
        applyMarkdown: true,
        slimPresence: true,
        sees: null,
        queueId: 'q',
      })
      return shape ? [{ id: Number(event.seq), ...shape }] : []
    })
  })
  const groups = told.filter((e) => e.type === 'user_group')
  expect(groups.flatMap(eventFaults)).toEqual([])
  expect(new Set(groups.map((e) => String(e['op'])))).toEqual(
    new Set([
      'add',
      'update',
      'remove',
      'add_members',
      'remove_members',
      'add_subgroups',
      'remove_subgroups',
    ]),
  )
})

test('two halves of a circle that are asked for at once do not both come', async () => {
  const [a, b] = [await make(ada, 'half a'), await make(ada, 'half b')]
  const answers = await Promise.all([
    refusalOf(nest(ada, a, { add: [b] })),
    refusalOf(nest(ada, b, { add: [a] })),
  ])
  expect(answers.filter((answer) => answer === 'not refused')).toHaveLength(1)
})

test('nobody but an administrator makes more than a hundred begin anew by who is in a group', async () => {
  const crowd = await h.organisation('crowd')
  const eve = await h.account(crowd.org, 'eve', role.member)
  const group = await make(eve, 'opens', {})
  await h.db.superuser(
    `INSERT INTO auth.users (org_id, email, delivery_email, full_name, role, date_joined)
     SELECT $1, n || '@crowd.example', n || '@crowd.example', n::text, $2, now() FROM generate_series(1, 100) n`,
    [crowd.org, role.member],
  )
  await h.db.superuser(
    `INSERT INTO streams.channels (org_id, channel_id, recipient_id, name, name_key, invite_only,
       history_public_to_subscribers, created_at, creator_id, can_subscribe_group)
     VALUES ($1, 1, 1, 'behind', 'behind', true, true, now(), $2, $3)`,
    [crowd.org, crowd.user, group],
  )
  const moved = async (): Promise<number> =>
    (await h.log(crowd.org)).filter(({ type }) => type === 'user.moved').length
  expect(await refusalOf(nest(eve, group, { add: [3] }))).toContain('more than 100 people at once')
  expect(await h.ask('get-user-group-subgroups', eve, {}, at(group))).toEqual({ subgroups: [] })
  expect(await moved()).toBe(0)
  await nest(crowd, group, { add: [3] })
  expect(await moved()).toBe(101)
})
