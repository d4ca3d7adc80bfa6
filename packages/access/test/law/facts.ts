import { type GroupId, channelId, groupId, messageId, orgId, recipientId, userId } from '@parley/core'
import {
  type AccountFacts,
  type Actor,
  type AddressFacts,
  type ChannelFacts,
  type GroupFacts,
  type MessageFacts,
  type RealmGroups,
  type WantedKind,
  defaultChannelGroups,
  isFullMember,
  nobody,
  realmGroupsWith,
  systemGroupsOf,
} from '../../src/index.ts'
import type { Channel, Kind, Message, Organisation, Person, Realm } from './organisation.ts'

export const org = orgId(1)
const day = 86_400

/** The organisation as the library's facts, which the product reads by SQL. */
export interface Facts {
  readonly groupsOf: ReadonlyMap<number, ReadonlySet<GroupId>>
  readonly realmGroups: RealmGroups
  readonly actor: (person: Person) => Actor
  readonly account: (person: Person) => AccountFacts
  readonly channelFacts: (channel: Channel, by: number) => ChannelFacts
  readonly messageFacts: (message: Message, by: number) => MessageFacts
  /** Are two in one channel in use, or in one direct conversation? */
  readonly met: (one: number, other: number) => boolean
}

export function factsOf(organisation: Organisation): Facts {
  const { people, channels, messages, realm } = organisation
  const groupsOf = new Map(
    [...people.values()].map((person) => [person.id, memberships(organisation, person)]),
  )
  const realmGroups = realmGroupsWith(
    Object.fromEntries(Object.entries(realm.permissions).map(([name, id]) => [name, groupId(id)])),
  )
  const actor = (person: Person): Actor => ({
    orgId: org,
    userId: userId(person.id),
    role: person.role,
    isActive: person.active,
    isBot: person.bot !== null,
    botOwnerId: person.bot && userId(person.bot.owner),
    generation: 1,
    groups: groupsOf.get(person.id) ?? new Set(),
    realmGroups,
  })
  const owners = [...people.values()].filter((p) => p.role === 100 && p.active && p.bot === null)
  const account = (person: Person): AccountFacts => {
    const owner = person.bot && people.get(person.bot.owner)
    return {
      orgId: org,
      userId: userId(person.id),
      role: person.role,
      isActive: person.active,
      isBot: person.bot !== null,
      botOwnerId: owner ? userId(owner.id) : null,
      isLastOwner: person.role === 100 && person.active && owners.every((other) => other.id === person.id),
      bot: owner
        ? {
            type: person.bot?.type ?? 1,
            owner: { userId: userId(owner.id), role: owner.role, isActive: owner.active },
            createsUsers: person.createsUsers,
          }
        : null,
    }
  }
  const channelFacts = (channel: Channel, by: number): ChannelFacts =>
    channelFactsOf(channel, channel.subscribers.has(by))
  const messageFacts = (message: Message, by: number): MessageFacts => {
    const channel = message.channel === null ? null : channels.get(message.channel)
    return {
      orgId: org,
      messageId: messageId(message.id),
      senderId: userId(message.sender),
      channel: channel ? channelFacts(channel, by) : null,
      received: message.rows.has(by),
    }
  }
  const met = (one: number, other: number): boolean =>
    [...channels.values()].some((c) => !c.archived && c.subscribers.has(one) && c.subscribers.has(other)) ||
    [...messages.values()].some((m) => m.channel === null && m.rows.has(one) && m.rows.has(other))
  return { groupsOf, realmGroups, actor, account, channelFacts, messageFacts, met }
}

/** Every group that somebody is in, directly or through subgroups; of those who are out of use none. */
export function memberships(
  { groups, people, realm, now }: Organisation,
  person: Person,
): ReadonlySet<GroupId> {
  if (!person.active) return new Set()
  const owner = person.bot === null ? undefined : people.get(person.bot.owner)
  const since = Math.max(person.joined, owner && owner.role >= 400 ? owner.joined : 0)
  const from = realm.waitingDays <= 0 ? null : (since + realm.waitingDays * day) * 1000
  const all = new Set(systemGroupsOf(person.role, isFullMember(person.role, from, now * 1000)))
  // Groups hold only earlier ones, so one pass in order finds all.
  for (const { id, members, subgroups } of [...groups.values()].sort((a, b) => a.id - b.id))
    if (members.includes(person.id) || subgroups.some((sub) => all.has(groupId(sub)))) all.add(groupId(id))
  return all
}

/** The facts of a channel for somebody who is in it, or is not. */
export const channelFactsOf = (channel: Channel, subscribed: boolean): ChannelFacts => ({
  orgId: org,
  channelId: channelId(channel.id),
  recipientId: recipientId(channel.id),
  inviteOnly: channel.private,
  historyPublicToSubscribers: channel.sharedHistory,
  isWebPublic: channel.webPublic,
  archived: channel.archived,
  subscribed,
  groups: { ...defaultChannelGroups, ...branded(channel.permissions) },
})

export function branded<N extends string>(given: Readonly<Record<N, number>>): Record<N, GroupId> {
  const entries = Object.entries<number>(given).map(([name, id]) => [name, groupId(id)])
  return Object.fromEntries(entries) as Record<N, GroupId>
}

export function addressOf(realm: Realm, email: string): AddressFacts {
  const [local = '', domain = ''] = email.split('@')
  const policy = {
    domains: realm.emailsRestricted ? realm.domains : null,
    disposable: !realm.disposableRefused,
  }
  return { policy, local, domain, disposable: domain === 'throwaway.test' }
}

export const kindOf = (
  { private: inviteOnly, sharedHistory, webPublic }: Kind,
  realm: Realm,
): WantedKind => ({
  inviteOnly,
  historyPublicToSubscribers: sharedHistory,
  isWebPublic: webPublic,
  webPublicEnabled: realm.spectators,
})

export const accountOr = (
  person: Person | undefined,
  account: (person: Person) => AccountFacts,
): AccountFacts => (person ? account(person) : nobody)

export function groupFacts({ groups }: Organisation, id: number): GroupFacts {
  const group = groups.get(id)
  const permissions = branded(
    group?.permissions ?? {
      can_add_members_group: 8,
      can_join_group: 8,
      can_leave_group: 8,
      can_manage_group: 8,
      can_mention_group: 8,
      can_remove_members_group: 8,
    },
  )
  // One that is not there is of no organisation.
  return {
    orgId: group ? org : orgId(0),
    groupId: groupId(id),
    system: false,
    deactivated: group?.deactivated ?? false,
    permissions,
  }
}
