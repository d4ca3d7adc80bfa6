import { channelId, orgId, recipientId, rights, userId } from '@parley/core'
import { expect, test } from 'vitest'
import type { Actor } from './actor.ts'
import type { ChannelFacts } from './facts.ts'
import { authorize, type Granted, sure } from './grant.ts'
import { defaultChannelGroups } from './channel-groups.ts'
import { defaultRealmGroups } from './permission-settings.ts'
import { systemGroupsOf } from './system-groups.ts'

const actor: Actor = {
  orgId: orgId(1),
  userId: userId(1),
  role: 400,
  isActive: true,
  isBot: false,
  botOwnerId: null,
  generation: 1,
  groups: systemGroupsOf(400),
  realmGroups: defaultRealmGroups,
}
const channel: ChannelFacts = {
  orgId: orgId(1),
  channelId: channelId(7),
  recipientId: recipientId(8),
  inviteOnly: false,
  historyPublicToSubscribers: true,
  isWebPublic: false,
  archived: false,
  subscribed: false,
  groups: defaultChannelGroups,
}

/** A repository's function: data only against a proof. */
const readName = (proof: Granted<'channel:read'>): number => proof.object.channelId

test('a proof carries what was decided, and under which rights', () => {
  const verdict = authorize('channel:read', actor, channel, rights(5))
  if (!verdict.ok) throw new Error('refused')
  expect(readName(verdict.granted)).toBe(7)
  expect(verdict.granted).toMatchObject({ action: 'channel:read', actor, object: channel, rights: 5 })
  expect(authorize('channel:read', actor, { ...channel, inviteOnly: true }, rights(5))).toEqual({
    ok: false,
    kind: 'hide',
    reason: 'unknown-channel',
  })
})

test('nothing but a proof of that action opens a repository: these do not compile', () => {
  const other = authorize('channel:know', actor, channel, rights(5))
  const readable = authorize('channel:read', actor, channel, rights(5))
  if (!other.ok || !readable.ok) throw new Error('refused')
  const forged = { action: 'channel:read', actor, object: channel, rights: rights(5) } as const
  const refused: (() => unknown)[] = [
    // @ts-expect-error a bare id is no proof
    () => readName(channel.channelId),
    // @ts-expect-error neither are the facts
    () => readName(channel),
    // @ts-expect-error everything a proof shows does not make one: its private member is nobody else's
    () => readName(forged),
    // @ts-expect-error a copy is none, or it could be of another object
    () => readName({ ...readable.granted, object: channel }),
    // @ts-expect-error a proof of another action is none
    () => readName(other.granted),
    // @ts-expect-error an action cannot be decided on another action's object
    () => authorize('channel:read', actor, null, rights(5)),
  ]
  expect(refused).toHaveLength(6)
})

test('what is always allowed has its proof, and a refusal of it is a fault of ours', () => {
  expect(sure(authorize('channel:list', actor, null, rights(5)))).toMatchObject({ action: 'channel:list' })
  expect(() => sure(authorize('organisation:end', actor, null, rights(5)))).toThrow('admins-only')
})
