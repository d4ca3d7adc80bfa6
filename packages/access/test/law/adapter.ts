import { userId } from '@parley/core'
import {
  type Action,
  type ActionObjects,
  type Decision,
  decide,
  deny,
  hide,
  kindAsked,
  seesEverybody,
} from '../../src/index.ts'
import { accountOr, addressOf, factsOf, groupFacts, kindOf, org } from './facts.ts'
import type { Organisation, Question } from './organisation.ts'

/** What bots of the kind that only sends are let ask for. */
const sends: readonly string[] = ['channel:send', 'direct:send', 'mention-all']
const either = (one: Decision, other: Decision): Decision => (other.ok ? other : one)

/** The library's answers about an organisation. */
export function library(organisation: Organisation): (question: Question) => Decision {
  const { people, channels, messages, realm, now } = organisation
  const { groupsOf, realmGroups, actor, account, channelFacts, messageFacts, met } = factsOf(organisation)

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
