import { groupId, orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { type Actor, role, type Role } from './actor.ts'
import { has } from './held.ts'
import { defaultRealmGroups, permissionSettings } from './permission-settings.ts'
import { systemGroupsOf } from './system-groups.ts'

const own = groupId(101)
const actor = (as: Role, inOwn: boolean): Actor => ({
  orgId: orgId(1),
  userId: userId(1),
  role: as,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: inOwn ? new Set([...systemGroupsOf(as), own]) : systemGroupsOf(as),
  realmGroups: defaultRealmGroups,
})

test('who is in the group has the permission; guests only where guests may have it, whatever groups they are in', () => {
  const { can_send_message_group: open, can_subscribe_group: closed } = permissionSettings.stream
  for (const as of Object.values(role)) {
    expect(has(actor(as, false), open, own)).toBe(false)
    expect(has(actor(as, true), open, own)).toBe(true)
    expect(has(actor(as, true), closed, own)).toBe(as !== role.guest)
  }
  expect(has(actor(role.guest, false), open, groupId(2))).toBe(true)
})
