/**
 * What the written rules (permissions.md, with this product's decision records where they are stricter) say to a question. It shares
 * nothing with the library but the types of `organisation.ts`, so that the two can be held against each other.
 */
import * as bots from './of-bots.ts'
import * as channels from './of-channels.ts'
import * as groups from './of-groups.ts'
import * as messages from './of-messages.ts'
import * as people from './of-people.ts'
import type { Answer, Channel, Message, Organisation, Person, Question } from './organisation.ts'
import { isSystemGroup } from './primitives.ts'

export function oracle(o: Organisation, q: Question): Answer {
  const u = o.people.get(q.by)
  // No request of a deactivated account is served.
  if (u === undefined || !u.active) return 'refuse'
  // Incoming webhooks: POST /messages and nothing else, whatever they name.
  const sends = q.act === 'channel:send' || q.act === 'direct:send' || q.act === 'mention-all'
  if (u.bot?.type === 2 && !sends) return 'refuse'
  return answer(o, u, q)
}

function answer(o: Organisation, u: Person, q: Question): Answer {
  const channel = (id: number, say: (c: Channel) => Answer): Answer => ofKnown(o.channels.get(id), say)
  const message = (id: number, say: (m: Message) => Answer): Answer => ofKnown(o.messages.get(id), say)
  const person = (id: number, say: (p: Person) => Answer): Answer => ofKnown(o.people.get(id), say)

  switch (q.act) {
    case 'channel:know':
      return channel(q.channel, (c) => channels.know(o, u, c))
    case 'channel:view':
      return channel(q.channel, (c) => channels.view(o, u, c))
    case 'channel:find':
      return channel(q.channel, (c) => channels.find(o, u, c))
    case 'channel:read':
      return channel(q.channel, (c) => channels.read(o, u, c))
    case 'channel:subscribe':
      return channel(q.channel, (c) => channels.subscribe(o, u, c))
    case 'channel:add-subscribers':
      return channel(q.channel, (c) => channels.addSubscribers(o, u, c))
    case 'channel:delete-topic':
      return channel(q.channel, (c) => channels.deleteTopic(o, u, c))
    case 'channel:send':
      return channel(q.channel, (c) => channels.send(o, u, c))
    case 'channel:unsubscribe':
      return channel(q.channel, (c) => person(q.subject, (p) => channels.unsubscribe(o, u, c, p)))
    case 'channel:create':
      return channels.create(o, u, q.kind)
    case 'channel:change':
      return channel(q.channel, (c) => channels.change(o, u, c, q))

    case 'message:read':
      return message(q.message, (m) => messages.read(o, u, m))
    case 'message:look':
      return message(q.message, (m) => messages.look(o, u, m))
    case 'message:react':
      return message(q.message, (m) => messages.react(o, u, m))
    case 'message:edit':
      return message(q.message, (m) => messages.edit(o, u, m))
    case 'message:delete':
      return message(q.message, (m) => messages.remove(o, u, m))
    case 'message:resolve':
      return message(q.message, (m) => messages.resolve(o, u, m))
    case 'message:move-topic':
      return message(q.message, (m) => messages.moveTopic(o, u, m))
    case 'message:move-channel':
      return message(q.message, (m) => messages.moveChannel(o, u, m, o.channels.get(q.target)))
    case 'direct:send': {
      const all = q.people.map((id) => o.people.get(id)).filter((p) => p !== undefined)
      return all.length < q.people.length ? 'hide' : messages.sendDirect(o, u, all, q.begun)
    }
    case 'mention-all':
      return messages.mentionAll(o, u, q.audience)

    case 'user:see':
      return person(q.user, (p) => people.see(o, u, p))
    case 'user:deactivate':
      return person(q.user, (p) => people.deactivate(o, u, p))
    case 'user:reactivate':
      return person(q.user, (p) => people.reactivate(o, u, p))
    case 'user:rename':
      return person(q.user, (p) => people.rename(o, u, p))
    case 'user:set-role':
      return person(q.user, (p) => people.setRole(o, u, p, q.role))
    case 'user:leave':
      return people.leave(o, u)
    case 'self:depict':
      return people.depict(o, u)
    case 'user:create':
      return people.createUser(o, u, q.role, q.email)

    case 'invite':
      return people.invite(o, u, q)
    case 'invitation:manage':
      return people.manageInvitation(u, q)

    case 'bot:create':
      return bots.createBot(o, u, q.type)
    case 'bot:manage':
      return person(q.user, (p) => bots.manage(o, u, p))
    case 'bot:end':
      return person(q.user, (p) => bots.end(o, u, p))

    case 'group:read':
      return groups.read(u)
    case 'group:create':
      return groups.create(o, u)
    // Groups of roles are nobody's to change.
    case 'group:edit':
      if (isSystemGroup(q.group)) return 'refuse'
      return ofKnown(o.groups.get(q.group), (g) => groups.edit(o, u, g))
    case 'group:change-members':
      if (isSystemGroup(q.group)) return 'refuse'
      return ofKnown(o.groups.get(q.group), (g) => groups.changeMembers(o, u, g, q.adds, q.removes))
  }
}

/** What is not there is hidden, and nothing else is looked at. */
function ofKnown<Thing>(thing: Thing | undefined, say: (thing: Thing) => Answer): Answer {
  return thing === undefined ? 'hide' : say(thing)
}
