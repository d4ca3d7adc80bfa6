import { expect, test } from 'vitest'
import { role, type Role } from './actor.ts'
import {
  fullFrom,
  isFullMember,
  roleIsIn,
  systemGroupId,
  systemGroups,
  systemGroupsOf,
} from './system-groups.ts'

/** Membership the long way: direct role, or through subgroups. */
const inside = (accountRole: Role, id: number): boolean => {
  const group = systemGroups.find((g) => g.id === id)
  if (!group) throw new Error(`no group ${id}`)
  return group.directRole === accountRole || group.subgroups.some((sub) => inside(accountRole, sub))
}

test.each(Object.values(role))('role %i: the short way agrees with walking the subgroups', (accountRole) => {
  for (const { id } of systemGroups)
    expect([id, roleIsIn(accountRole, id)]).toEqual([id, inside(accountRole, id)])
})

test('ids are 1 to 8, nobody is in nobody', () => {
  expect(systemGroups.map((g) => g.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect([...systemGroupsOf(role.owner)]).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect([...systemGroupsOf(role.guest)]).toEqual([
    systemGroupId['role:internet'],
    systemGroupId['role:everyone'],
  ])
})

const day = 86_400_000

test('a member is a full one from the very moment that the account is as many days old', () => {
  expect(fullFrom(5, 3)).toBe(5 + 3 * day)
  const from = fullFrom(5, 3)
  const full = (as: Role, now: number): boolean => isFullMember(as, from, now)
  expect([full(role.member, 4 + 3 * day), full(role.member, 5 + 3 * day)]).toEqual([false, true])
  expect([role.moderator, role.admin, role.owner].every((as) => full(as, 0))).toBe(true)
  expect(full(role.guest, 1e15)).toBe(false)
})

test('where nobody waits every member is a full one, also who joins by a clock that is ahead', () => {
  expect(fullFrom(5, 0)).toBeNull()
  expect(isFullMember(role.member, fullFrom(5, 0), 0)).toBe(true)
  expect(isFullMember(role.guest, null, 5)).toBe(false)
})

test('a wait beyond the end of time is a long one', () => {
  expect(fullFrom(0, 2_147_483_647)).toBe(10_000_000 * day)
})

test('who waits is in every group of members but that of full ones', () => {
  expect([...systemGroupsOf(role.member, false)]).toEqual([1, 2, 3])
  for (const as of Object.values(role).filter((one) => one !== role.member))
    expect(systemGroupsOf(as, false)).toEqual(systemGroupsOf(as))
})
