import { expect, test } from 'vitest'
import { role, type Role } from './actor.ts'
import { roleIsIn, systemGroupId, systemGroups, systemGroupsOf } from './system-groups.ts'

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
