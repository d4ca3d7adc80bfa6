import { orgId, recipientId, userId } from '@parley/core'
import { expect, test } from 'vitest'
import { type Actor, role } from '../actor.ts'
import { decide } from '../rules.ts'
import { defaultRealmGroups } from '../permission-settings.ts'

const person: Actor = {
  orgId: orgId(1),
  userId: userId(1),
  role: role.owner,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: new Set(),
  realmGroups: defaultRealmGroups,
}
const server: Actor = { ...person, isBot: true, isSystemBot: true }
const now = 1_767_312_000
const old = {
  orgId: orgId(1),
  recipientId: recipientId(1),
  channel: null,
  messageId: 1,
  keepsDays: 30,
  upTo: now - 30 * 86_400,
  now,
}

test.each([
  ['the server', server, old, { ok: true }],
  ['an owner', person, old, { ok: false, kind: 'deny', reason: 'server-only' }],
  [
    'a second before its time',
    server,
    { ...old, upTo: old.upTo + 1 },
    { ok: false, kind: 'deny', reason: 'kept' },
  ],
  ['where all is kept', server, { ...old, keepsDays: null }, { ok: false, kind: 'deny', reason: 'kept' }],
  [
    'in another organisation',
    server,
    { ...old, orgId: orgId(2) },
    { ok: false, kind: 'hide', reason: 'other-org' },
  ],
])('messages go for their age: %s', (_, actor, object, decision) => {
  expect(decide('message:expire', actor, object)).toEqual(decision)
})
