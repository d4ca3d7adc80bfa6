import { groupId, orgId, userId } from '@parley/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Actor, role } from '../actor.ts'
import { decide } from '../rules.ts'
import { defaultRealmGroups } from '../permission-settings.ts'
import { systemGroupsOf } from '../system-groups.ts'

const anybody = fc
  .record({
    as: fc.constantFrom(...Object.values(role)),
    isActive: fc.boolean(),
    isSystemBot: fc.boolean(),
    inOwn: fc.boolean(),
  })
  .map(({ as, isActive, isSystemBot, inOwn }): Actor => ({
    orgId: orgId(1),
    userId: userId(1),
    role: as,
    isActive,
    isBot: isSystemBot,
    ...(isSystemBot ? { isSystemBot } : {}),
    botOwnerId: null,
    generation: 1,
    groups: new Set([...systemGroupsOf(as), ...(inOwn ? [groupId(101)] : [])]),
    realmGroups: defaultRealmGroups,
  }))
const anyGroup = fc.record({
  orgId: fc.constantFrom(orgId(1), orgId(1), orgId(2)),
  groupId: fc.constant(groupId(102)),
  system: fc.boolean(),
  mentionedBy: fc.constantFrom(2, 3, 5, 8, 101).map(groupId),
})

test('a group is mentioned by whom its permission names, one of a role by nobody, by the server where everybody may', () => {
  fc.assert(
    fc.property(anybody, anyGroup, (who, group) => {
      const named = who.isSystemBot === true ? group.mentionedBy === 2 : who.groups.has(group.mentionedBy)
      const may = who.isActive && group.orgId === who.orgId && !group.system && named
      expect(decide('group:mention', who, group).ok).toBe(may)
    }),
  )
})
