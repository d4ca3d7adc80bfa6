import { orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { type Actor, operator, role, type Role } from '../actor.ts'
import type { Decision } from '../decision.ts'
import type { AccountFacts } from '../facts.ts'
import { decide } from '../rules.ts'
import { anyAddress } from './address.ts'
import { defaultRealmGroups } from '../permission-settings.ts'
import { systemGroupsOf } from '../system-groups.ts'

const actor = (as: Role, other: Partial<Actor> = {}): Actor => ({
  orgId: orgId(1),
  userId: userId(1),
  role: as,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: systemGroupsOf(as),
  realmGroups: defaultRealmGroups,
  ...other,
})
const target = (of: Role, other: Partial<AccountFacts> = {}): AccountFacts => ({
  orgId: orgId(1),
  userId: userId(2),
  role: of,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  isLastOwner: false,
  bot: null,
  ...other,
})
const address = { policy: anyAddress, local: 'new', domain: 'acme.example', disposable: false }
const said = (decision: Decision): string => (decision.ok ? 'allow' : `${decision.kind} ${decision.reason}`)

test.each([
  [role.owner, role.owner, true, 'allow'],
  [role.owner, role.member, true, 'allow'],
  [role.owner, role.member, false, 'deny operator-must-allow'],
  [role.admin, role.member, true, 'allow'],
  [role.admin, role.owner, true, 'deny owners-only'],
  [role.moderator, role.member, true, 'deny admins-only'],
  [role.member, role.member, true, 'deny admins-only'],
  [role.guest, role.guest, true, 'deny admins-only'],
])('role %i creates role %i, operator allows: %s: %s', (as, wanted, operatorAllows, expected) => {
  expect(said(decide('user:create', actor(as), { role: wanted, operatorAllows, address }))).toBe(expected)
})

test('the operator makes the first owner, whom nobody allowed it', () => {
  const wanted = { role: role.owner, operatorAllows: false, address }
  expect(said(decide('user:create', operator(orgId(1)), wanted))).toBe('allow')
})

test.each([
  [role.owner, target(role.owner), 'allow'],
  [role.owner, target(role.owner, { isLastOwner: true }), 'deny last-owner'],
  [role.admin, target(role.owner), 'deny owners-only'],
  [role.admin, target(role.owner, { isLastOwner: true }), 'deny owners-only'],
  [role.admin, target(role.member), 'allow'],
  [role.admin, target(role.admin), 'allow'],
  [role.admin, target(role.member, { isActive: false }), 'allow'],
  [role.admin, target(role.member, { orgId: orgId(2) }), 'hide unknown-user'],
  [role.admin, target(role.member, { isBot: true }), 'hide unknown-user'],
  [role.member, target(role.member, { orgId: orgId(2) }), 'deny admins-only'],
  [role.member, target(role.member), 'deny admins-only'],
  [role.guest, target(role.guest), 'deny admins-only'],
])('role %i deactivates %o: %s', (as, of, expected) => {
  expect(said(decide('user:deactivate', actor(as), of))).toBe(expected)
})

test('a deactivated owner may do nothing, not even to itself', () => {
  const gone = actor(role.owner, { isActive: false })
  const wanted = { role: role.member, operatorAllows: true, address }
  expect(said(decide('user:create', gone, wanted))).toBe('deny inactive')
  expect(said(decide('self:use', gone, null))).toBe('deny inactive')
  expect(said(decide('user:list', gone, null))).toBe('deny inactive')
})
