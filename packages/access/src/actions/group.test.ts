import { groupId, orgId, userId } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Actor, role } from '../actor.ts'
import { decide } from '../rules.ts'
import { defaultRealmGroups } from '../permission-settings.ts'
import { systemGroupsOf } from '../system-groups.ts'
import type { GroupFacts, GroupPermissionSetting, Whom } from './group.ts'

const anybody = fc
  .record({
    as: fc.constantFrom(...Object.values(role)),
    isBot: fc.boolean(),
    isActive: fc.boolean(),
    inOwn: fc.boolean(),
    // As at first, more often than not.
    makes: fc.constantFrom(3, 3, 6, 101).map(groupId),
    manages: fc.constantFrom(7, 7, 3, 101).map(groupId),
  })
  .map(({ as, isBot, isActive, inOwn, makes, manages }): Actor => ({
    orgId: orgId(1),
    userId: userId(1),
    role: as,
    isActive,
    isBot,
    botOwnerId: null,
    generation: 1,
    groups: inOwn ? new Set([...systemGroupsOf(as), groupId(101)]) : systemGroupsOf(as),
    realmGroups: { ...defaultRealmGroups, can_create_groups: makes, can_manage_all_groups: manages },
  }))
// Everybody, members, administrators, nobody, and a group that people made.
const given = fc.constantFrom(2, 3, 6, 8, 101).map(groupId)
const anyGroup = fc.record({
  orgId: fc.constantFrom(orgId(1), orgId(1), orgId(2)),
  groupId: fc.constant(groupId(102)),
  system: fc.boolean(),
  deactivated: fc.boolean(),
  permissions: fc.record({
    can_add_members_group: given,
    can_join_group: given,
    can_leave_group: given,
    can_manage_group: given,
    can_mention_group: given,
    can_remove_members_group: given,
  }),
})
const whom = fc.constantFrom<Whom>('nobody', 'oneself', 'others')

/** Permissions §7 once more, written apart from the rules. */
function oracle(who: Actor, group: GroupFacts, adds: Whom, removes: Whom) {
  const holds = (name: GroupPermissionSetting): boolean => who.groups.has(group.permissions[name])
  const asks = who.isActive && !who.isBot && who.role !== role.guest
  const open = asks && group.orgId === who.orgId && !group.system && !group.deactivated
  const manages = who.groups.has(who.realmGroups.can_manage_all_groups) || holds('can_manage_group')
  const may = (what: Whom, others: GroupPermissionSetting, self: GroupPermissionSetting): boolean => {
    if (what === 'nobody' || manages || holds(others)) return true
    return what === 'oneself' && holds(self)
  }
  return {
    reads: asks,
    makes: asks && who.groups.has(who.realmGroups.can_create_groups),
    edits: open && manages,
    changes:
      open &&
      may(adds, 'can_add_members_group', 'can_join_group') &&
      may(removes, 'can_remove_members_group', 'can_leave_group'),
  }
}

test('who may do what with a group is what the published rules say', () => {
  fc.assert(
    fc.property(anybody, anyGroup, whom, whom, (who, group, adds, removes) => {
      const expected = oracle(who, group, adds, removes)
      expect(decide('group:read', who, null).ok).toBe(expected.reads)
      expect(decide('group:create', who, null).ok).toBe(expected.makes)
      expect(decide('group:edit', who, group).ok).toBe(expected.edits)
      expect(decide('group:change-members', who, { group, adds, removes }).ok).toBe(expected.changes)
    }),
    { numRuns: 3000 },
  )
})

test('a group of another organisation is answered as if there were none', () => {
  fc.assert(
    fc.property(anybody, anyGroup, whom, whom, (who, group, adds, removes) => {
      const elsewhere = { ...group, orgId: orgId(2) }
      const decisions = [
        decide('group:edit', who, elsewhere),
        decide('group:change-members', who, { group: elsewhere, adds, removes }),
      ]
      const same = decide('group:read', who, null)
      for (const decision of decisions)
        expect(decision).toEqual(same.ok ? { ok: false, kind: 'hide', reason: 'unknown-group' } : same)
    }),
    { numRuns: 1000 },
  )
})
