import { channelId, groupId, type GroupId, messageId, orgId, recipientId, userId } from '@parley/core'
import {
  type AccountFacts,
  type AddressFacts,
  type Action,
  type ActionObjects,
  type Actor,
  type ChannelFacts,
  decide,
  decideForSpectator,
  defaultChannelGroups,
  deny,
  type Decision,
  type GroupFacts,
  hide,
  isFullMember,
  kindAsked,
  type MessageFacts,
  nobody,
  realmGroupsWith,
  seesEverybody,
  systemGroupsOf,
  type WantedKind,
} from '../../src/index.ts'
import type { Channel, Kind, Message, Organisation, Person, Question, Realm } from './organisation.ts'

const org = orgId(1)
/** What bots of the kind that only sends are let ask for. */
const sends: readonly string[] = ['channel:send', 'direct:send', 'mention-all']
const day = 86_400

/** The same of who has no account: may they see that channel, that message? */
export function libraryForSpectators(organisation: Organisation): {
  readonly channel: (channel: Channel) => boolean
  readonly message: (message: Message) => boolean
} {
  const { channels, realm } = organisation
  const spectator = { orgId: org, letIn: realm.spectators, seesWriters: true }
  const facts = (channel: Channel): ChannelFacts => ({
    orgId: org,
    channelId: channelId(channel.id),
    recipientId: recipientId(channel.id),
    inviteOnly: channel.private,
    historyPublicToSubscribers: channel.sharedHistory,
    isWebPublic: channel.webPublic,
    archived: channel.archived,
    subscribed: false,
    groups: { ...defaultChannelGroups, ...branded(channel.permissions) },
  })
  return {
    channel: (channel) => decideForSpectator('spectator:channel', spectator, facts(channel)).ok,
    message: (message) => {
      const channel = message.channel === null ? undefined : channels.get(message.channel)
      return decideForSpectator('spectator:message', spectator, {
        orgId: org,
        messageId: messageId(message.id),
        senderId: userId(message.sender),
        channel: channel ? facts(channel) : null,
        received: message.rows.size > 0,
      }).ok
    },
  }
}

/** The organisation as the library's facts, which the product reads by SQL, and its answers. */
export function library(organisation: Organisation): (question: Question) => Decision {
  const { people, channels, messages, realm, now } = organisation
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
  const channelFacts = (channel: Channel, by: number): ChannelFacts => ({
    orgId: org,
    channelId: channelId(channel.id),
    recipientId: recipientId(channel.id),
    inviteOnly: channel.private,
    historyPublicToSubscribers: channel.sharedHistory,
    isWebPublic: channel.webPublic,
    archived: channel.archived,
    subscribed: channel.subscribers.has(by),
    groups: { ...defaultChannelGroups, ...branded(channel.permissions) },
  })
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

  return (question) => {
    const person = people.get(question.by)
    if (!person) throw new Error('nobody asks')
    const by = actor(person)
    const ask = <A extends Action>(action: A, object: ActionObjects[A]): Decision =>
      decide(action, by, object)
    const bare = (action: 'group:read' | 'group:create'): Decision => decide(action, by, null)
    /** A deactivated account is told nothing, whatever it asks for. */
    const about = <T>(found: T | undefined, then: (found: T) => Decision): Decision =>
      found === undefined
        ? person.active
          ? hide('unknown-user')
          : decide('self:use', by, null)
        : then(found)
    const policy = {
      allowEditing: realm.allowEditing,
      editLimit: realm.editLimit,
      deleteLimit: realm.deleteLimit,
      moveWithinLimit: realm.moveWithinLimit,
      moveBetweenLimit: realm.moveBetweenLimit,
    }
    // What the law leaves to the gateway, and to an endpoint.
    if (person.bot?.type === 2 && person.active && !sends.includes(question.act)) return deny('not-permitted')
    switch (question.act) {
      case 'channel:know':
      case 'channel:view':
      case 'channel:find':
      case 'channel:read':
      case 'channel:subscribe':
      case 'channel:add-subscribers':
      case 'channel:delete-topic': {
        const { act } = question
        return about(channels.get(question.channel), (c) => ask(act, channelFacts(c, person.id)))
      }
      case 'channel:send':
        return about(channels.get(question.channel), (c) =>
          ask('message:send', {
            kind: 'channel',
            channel: channelFacts(c, person.id),
            ownerSubscribed: person.bot !== null && c.subscribers.has(person.bot.owner),
            ownerGroups: (person.bot && groupsOf.get(person.bot.owner)) ?? new Set(),
          }),
        )
      case 'channel:unsubscribe':
        return about(channels.get(question.channel), (c) =>
          about(people.get(question.subject), (subject) =>
            ask('channel:unsubscribe', {
              channel: channelFacts(c, person.id),
              subject: {
                userId: userId(subject.id),
                botOwnerId: subject.bot && userId(subject.bot.owner),
                subscribed: c.subscribers.has(subject.id),
              },
            }),
          ),
        )
      case 'channel:create':
        return ask('channel:create', kindOf(question.kind, realm))
      case 'channel:change':
        return about(channels.get(question.channel), (c) => {
          const channel = channelFacts(c, person.id)
          const kind = kindAsked(channel, question.kind && kindOf(question.kind, realm), question.archive)
          const decision = ask('channel:change', {
            channel,
            kind: kind && { ...kind, webPublicEnabled: realm.spectators },
            archived: question.archive,
            byDefault: question.byDefault,
            retention: question.retention,
            topics: null,
            permissions: question.permissions,
          })
          const closed = question.kind?.private ?? c.private
          return decision.ok && question.byDefault && closed ? deny('not-permitted') : decision
        })
      case 'message:read':
      case 'message:look':
      case 'message:react': {
        const { act } = question
        return about(messages.get(question.message), (m) => ask(act, messageFacts(m, person.id)))
      }
      case 'message:edit':
      case 'message:delete':
      case 'message:resolve':
      case 'message:move-topic':
        return about(messages.get(question.message), (m) => {
          const message = messageFacts(m, person.id)
          const changing = { message, age: now - m.sentAt, policy }
          const bot = people.get(m.sender)?.bot
          if (question.act === 'message:edit') return ask('message:edit', changing)
          if (question.act === 'message:delete')
            return ask('message:delete', { ...changing, senderBotOwnerId: bot ? userId(bot.owner) : null })
          const resolves = question.act === 'message:resolve'
          return ask('message:move-topic', { ...changing, resolves, target: null })
        })
      case 'message:move-channel':
        return about(messages.get(question.message), (m) => {
          const message = messageFacts(m, person.id)
          const changing = { message, age: now - m.sentAt, policy }
          const readable = decide('message:change', by, message)
          if (!readable.ok) return readable
          return about(channels.get(question.target), (c) =>
            ask('message:move-channel', { ...changing, target: channelFacts(c, person.id) }),
          )
        })
      case 'direct:send':
        return ask('message:send', {
          kind: 'direct',
          direct: {
            orgId: org,
            recipientId: null,
            participants: question.people.flatMap((id) => {
              const other = people.get(id)
              if (!other) return []
              const permits = groupsOf.get(id)?.has(realmGroups.direct_message_permission_group) ?? false
              return {
                userId: userId(id),
                isActive: other.active,
                isBot: other.bot !== null,
                permits,
                met: seesEverybody(by) || met(person.id, id),
              }
            }),
            begun: question.begun,
          },
        })
      case 'mention-all':
        return ask('message:mention-all', { many: question.audience > 15 })
      case 'user:see':
        return about(people.get(question.user), (other) =>
          ask('user:see', {
            orgId: org,
            userId: userId(other.id),
            isBot: other.bot !== null,
            met: seesEverybody(by) || met(person.id, other.id),
          }),
        )
      case 'user:deactivate':
      case 'user:reactivate':
      case 'user:rename':
      case 'bot:end':
      case 'bot:manage':
        return ask(question.act, accountOr(people.get(question.user), account))
      case 'user:set-role':
        return either(
          ask('user:set-role', {
            target: accountOr(people.get(question.user), account),
            role: question.role,
          }),
          // A bot's owner has a door of their own.
          ask('bot:set-role', { target: accountOr(people.get(question.user), account), role: question.role }),
        )
      case 'self:depict':
        return ask('self:depict', { disabled: realm.avatarsFixed })
      case 'user:leave':
        return ask('user:leave', account(person))
      case 'user:create':
        return ask('user:create', {
          role: question.role,
          operatorAllows: person.createsUsers,
          address: addressOf(realm, question.email),
        })
      case 'invite': {
        const { multiuse, role, welcomes, comes } = question
        const invitation = { multiuse, role, welcomes }
        if (comes === null) return ask('invitation:create', invitation)
        const { inviteRequired } = realm
        return ask('user:join', { invitation, role, address: addressOf(realm, comes), inviteRequired })
      }
      case 'invitation:manage':
        return ask('invitation:manage', {
          orgId: org,
          inviterId: userId(question.inviter),
          role: question.role,
        })
      case 'bot:create':
        return ask('bot:create', { type: question.type })
      case 'group:read':
      case 'group:create':
        return bare(question.act)
      case 'group:edit':
        return ask('group:edit', groupFacts(organisation, question.group))
      case 'group:change-members':
        return ask('group:change-members', {
          group: groupFacts(organisation, question.group),
          adds: question.adds,
          removes: question.removes,
        })
    }
  }
}

/** Every group that somebody is in, directly or through subgroups; of those who are out of use none. */
function memberships({ groups, people, realm, now }: Organisation, person: Person): ReadonlySet<GroupId> {
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

function branded<N extends string>(given: Readonly<Record<N, number>>): Record<N, GroupId> {
  const entries = Object.entries<number>(given).map(([name, id]) => [name, groupId(id)])
  return Object.fromEntries(entries) as Record<N, GroupId>
}

function addressOf(realm: Realm, email: string): AddressFacts {
  const [local = '', domain = ''] = email.split('@')
  const policy = {
    domains: realm.emailsRestricted ? realm.domains : null,
    disposable: !realm.disposableRefused,
  }
  return { policy, local, domain, disposable: domain === 'throwaway.test' }
}

const either = (one: Decision, other: Decision): Decision => (other.ok ? other : one)

const kindOf = ({ private: inviteOnly, sharedHistory, webPublic }: Kind, realm: Realm): WantedKind => ({
  inviteOnly,
  historyPublicToSubscribers: sharedHistory,
  isWebPublic: webPublic,
  webPublicEnabled: realm.spectators,
})

const accountOr = (person: Person | undefined, account: (person: Person) => AccountFacts): AccountFacts =>
  person ? account(person) : nobody

function groupFacts({ groups }: Organisation, id: number): GroupFacts {
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
