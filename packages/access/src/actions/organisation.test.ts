import { orgId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { type Actor, operator, role, type Role } from '../actor.ts'
import { decide } from '../rules.ts'
import { systemGroupsOf } from '../system-groups.ts'

const actor = (as: Role, isBot = false): Actor => ({
  ...operator(orgId(1)),
  userId: userId(7),
  role: as,
  isBot,
  groups: systemGroupsOf(as),
})
const said = (decision: ReturnType<typeof decide>): string =>
  decision.ok ? 'allow' : `${decision.kind} ${decision.reason}`

test.each([
  ['an owner', actor(role.owner), 'allow'],
  ['a bot that is one', actor(role.owner, true), 'deny people-only'],
  ['an administrator', actor(role.admin), 'deny owners-only'],
  ['a member', actor(role.member), 'deny admins-only'],
  ['a guest', actor(role.guest), 'deny admins-only'],
  ['an owner who is gone', { ...actor(role.owner), isActive: false }, 'deny inactive'],
])('%s takes the organisation out of use: %s', (_, who, expected) => {
  expect(said(decide('organisation:end', who, null))).toBe(expected)
  expect(said(decide('organisation:restore', who, null))).toMatch(/^deny (server-only|inactive)$/)
})

test('the operator takes it out of use, and into use again', () => {
  expect(said(decide('organisation:end', operator(orgId(1)), null))).toBe('allow')
  expect(said(decide('organisation:restore', operator(orgId(1)), null))).toBe('allow')
})
