import type { Answer } from '@parley/testkit'
import type {
  Channel,
  Group,
  Kind,
  Organisation,
  Person,
  Question,
} from '../../../../packages/access/test/law/organisation.ts'
import { channelName, ids, known, topicOf } from './names.ts'

export interface Request {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  readonly path: string
  readonly fields?: Readonly<Record<string, unknown>>
}

/** How a question is put by HTTP. The log takes nothing, so what an allowed request would change stays as it is. */
export interface Asked {
  /** Who may comes through one of them. */
  readonly doors: readonly Request[]
  /** The same requests of what never was: what is hidden is answered as one of them, but for what each of them names. */
  readonly twins: readonly { readonly request: Request; readonly named: number; readonly instead: number }[]
  /** Is a success what was asked for? Unless given it is. */
  readonly shows?: (answer: Answer) => boolean
  /** What is said only to who may: a fault of the request that is looked for after the right. */
  readonly later?: RegExp
}

/** Why a question is not put by HTTP. */
export type Unasked = string

type Kinds = keyof typeof ids.missing
/** One request about one thing, and the same about none. */
function about(kind: Kinds, id: number, ask: (id: number) => Request): Asked {
  const missing = ids.missing[kind]
  // What is not there in the law is as little there as what never was.
  return { doors: [ask(id)], twins: [{ request: ask(missing), named: id, instead: missing }] }
}
const plain = (request: Request): Asked => ({ doors: [request], twins: [] })
const flags = ({ private: is_private, sharedHistory, webPublic }: Kind) => ({
  is_private,
  history_public_to_subscribers: sharedHistory,
  is_web_public: webPublic,
})
const send = (fields: Record<string, unknown>): Request => ({
  method: 'post',
  path: '/messages',
  fields: { topic: 'tea', content: 'x', ...fields },
})
const named = (id: number): string => `channel ${id}`
const first = <T>(of: Iterable<T>, fits: (one: T) => boolean): T | undefined => [...of].find(fits)

/** Someone else in use who is in the group, or who is not. */
function other(o: Organisation, by: number, within: boolean, group: Group): Person | undefined {
  return first(o.people.values(), (p) => p.id !== by && p.active && group.members.includes(p.id) === within)
}

/** A channel where this account may write to as many people as the question wants; deactivated ones count for nothing. */
function audience(
  o: Organisation,
  many: boolean,
  maySend: (channel: number) => boolean,
): Channel | undefined {
  const active = (c: Channel): number => [...c.subscribers].filter((id) => o.people.get(id)?.active).length
  return first(o.channels.values(), (c) => {
    const fits = many ? active(c) > 15 : c.subscribers.size <= 15
    return fits && maySend(c.id)
  })
}

/**
 * Each action of the law as a request.
 * @param maySend may the asker send to that channel? Mentions of everybody need a channel where they may.
 */
export function asked(o: Organisation, q: Question, maySend: (channel: number) => boolean): Asked | Unasked {
  switch (q.act) {
    // Archived ones too, which only lists show.
    case 'channel:know': {
      const id = ids.channel(q.channel)
      const path = '/streams'
      const fields = { include_all: true, include_public: false, include_subscribed: false }
      return {
        ...plain({ method: 'get', path, fields: { ...fields, exclude_archived: false } }),
        shows: ({ body }) => JSON.stringify(body['streams']).includes(`"stream_id":${id},`),
      }
    }
    case 'channel:view':
      return about('channel', ids.channel(q.channel), (id) => ({ method: 'get', path: `/streams/${id}` }))
    case 'channel:find':
      return about('channel', ids.channel(q.channel), (id) => {
        return { method: 'get', path: '/get_stream_id', fields: { stream: named(id) } }
      })
    case 'channel:read':
      return about('channel', ids.channel(q.channel), (id) => {
        return { method: 'get', path: `/users/me/${id}/topics` }
      })
    case 'channel:delete-topic':
      return about('channel', ids.channel(q.channel), (id) => {
        return { method: 'post', path: `/streams/${id}/delete_topic`, fields: { topic_name: 'of nobody' } }
      })
    case 'channel:send':
      return about('channel', ids.channel(q.channel), (to) => send({ type: 'channel', to }))
    case 'channel:subscribe':
    case 'channel:add-subscribers': {
      const channel = o.channels.get(q.channel)
      if (!channel) return 'a name that no channel has makes one'
      const path = '/users/me/subscriptions'
      const fields = { subscriptions: [{ name: channelName(q.channel) }] }
      if (q.act === 'channel:subscribe') return plain({ method: 'post', path, fields })
      const who = first(o.people.values(), (p) => {
        return p.active && p.id !== q.by && !channel.subscribers.has(p.id)
      })
      if (!who) return 'nobody is left to be added'
      const principals = [ids.person(who.id)]
      return plain({ method: 'post', path, fields: { ...fields, principals } })
    }
    case 'channel:unsubscribe':
      if (!o.people.get(q.subject)?.active) return 'only who is in use is taken out'
      return about('channel', ids.channel(q.channel), (id) => {
        const fields = { subscriptions: [named(id)], principals: [ids.person(q.subject)] }
        return { method: 'delete', path: '/users/me/subscriptions', fields }
      })
    case 'channel:create': {
      const { is_private: invite_only, ...kind } = flags(q.kind)
      const fields = { name: 'new', subscribers: [ids.person(q.by)], invite_only, ...kind }
      return plain({ method: 'post', path: '/channels/create', fields })
    }
    case 'channel:change': {
      const fields = {
        description: 'new',
        ...(q.kind ? flags(q.kind) : {}),
        ...(q.archive === null ? {} : { is_archived: q.archive }),
        ...(q.byDefault ? { is_default_stream: true } : {}),
        ...(q.retention ? { message_retention_days: '30' } : {}),
        ...Object.fromEntries(q.permissions.map((name) => [name, { new: 6 }])),
      }
      return about('channel', ids.channel(q.channel), (id) => {
        return { method: 'patch', path: `/streams/${id}`, fields }
      })
    }

    case 'message:read':
      return about('message', ids.message(q.message), (id) => ({ method: 'get', path: `/messages/${id}` }))
    case 'message:look': {
      const id = ids.message(q.message)
      const channel = o.messages.get(q.message)?.channel ?? null
      if (channel === null) return 'what is in no channel is looked at by itself'
      const narrow = [{ operator: 'channel', operand: ids.channel(channel) }]
      return {
        ...plain({
          method: 'get',
          path: '/messages',
          fields: { narrow, anchor: id, num_before: 0, num_after: 0 },
        }),
        shows: ({ body }) => JSON.stringify(body['messages']).includes(`"id":${id},`),
      }
    }
    case 'message:react':
      return about('message', ids.message(q.message), (id) => {
        return { method: 'post', path: `/messages/${id}/reactions`, fields: { emoji_name: 'tada' } }
      })
    case 'message:edit':
    case 'message:resolve':
    case 'message:move-topic': {
      const topic = topicOf(q.message)
      const fields = {
        'message:edit': { content: 'new' },
        'message:resolve': { topic: `✔ ${topic}` },
        'message:move-topic': { topic: `${topic}, new` },
      }[q.act]
      return about('message', ids.message(q.message), (id) => {
        return { method: 'patch', path: `/messages/${id}`, fields }
      })
    }
    case 'message:delete':
      return about('message', ids.message(q.message), (id) => ({ method: 'delete', path: `/messages/${id}` }))
    case 'message:move-channel': {
      if (o.messages.get(q.message)?.channel === q.target) return 'it is there already'
      const target = ids.channel(q.target)
      const move = (id: number, stream_id: number): Request => {
        return { method: 'patch', path: `/messages/${id}`, fields: { stream_id } }
      }
      const message = about('message', ids.message(q.message), (id) => move(id, target))
      const elsewhere = about('channel', target, (id) => move(ids.message(q.message), id))
      return { ...message, twins: [...message.twins, ...elsewhere.twins] }
    }
    case 'direct:send': {
      const others = q.people.filter((id) => id !== q.by).map(ids.person)
      const to = others.length > 0 ? others : [ids.person(q.by)]
      const instead = ids.missing.person
      return {
        doors: [send({ type: 'direct', to })],
        // Any of them may be the one who is hidden, and alone is.
        twins: to.map((id) => ({ request: send({ type: 'direct', to: [instead] }), named: id, instead })),
      }
    }
    case 'mention-all': {
      const channel = audience(o, q.audience > 15, maySend)
      if (!channel) return 'they write nowhere to so many'
      return plain(send({ type: 'channel', to: ids.channel(channel.id), content: '@**all**' }))
    }

    case 'user:see':
      return about('person', ids.person(q.user), (id) => ({ method: 'get', path: `/users/${id}` }))
    case 'user:deactivate':
      return about('person', ids.person(q.user), (id) => ({ method: 'delete', path: `/users/${id}` }))
    case 'user:reactivate':
      return about('person', ids.person(q.user), (id) => {
        return { method: 'post', path: `/users/${id}/reactivate` }
      })
    case 'user:rename':
      return about('person', ids.person(q.user), (id) => {
        return { method: 'patch', path: `/users/${id}`, fields: { full_name: 'New' } }
      })
    case 'user:set-role': {
      const door = (path: string) =>
        about('person', ids.person(q.user), (id) => {
          return { method: 'patch', path: `${path}/${id}`, fields: { role: q.role } }
        })
      const [person, bot] = [door('/users'), door('/bots')]
      // A bot's owner has a door of their own.
      if (!o.people.get(q.user)?.bot) return person
      return { doors: [...person.doors, ...bot.doors], twins: [...person.twins, ...bot.twins] }
    }
    case 'self:depict':
      return plain({ method: 'delete', path: '/users/me/avatar' })
    case 'user:leave':
      return plain({ method: 'delete', path: '/users/me' })
    case 'user:create': {
      if (q.role !== 400) return 'accounts of other roles are made by the operator'
      const fields = { email: known(q.email), full_name: 'New', password: 'violet submarine 7 clocks' }
      return plain({ method: 'post', path: '/users', fields })
    }
    case 'invite': {
      const given = {
        invite_as: q.role,
        ...(q.welcomes ? { welcome_message_custom_text: 'Welcome' } : {}),
      }
      if (q.multiuse)
        return q.comes === null
          ? plain({ method: 'post', path: '/invites/multiuse', fields: given })
          : 'nobody has a link by which they could come'
      const who = { invitee_emails: known(q.comes ?? 'new@law.example'), stream_ids: [] }
      const asks = plain({ method: 'post', path: '/invites', fields: { ...given, ...who } })
      return q.comes === null ? { ...asks, later: /^Some emails did not validate/ } : asks
    }
    case 'invitation:manage': {
      const id = o.people.has(q.inviter) ? ids.invitation(q.inviter, q.role) : ids.missing.invitation
      return about('invitation', id, (one) => ({ method: 'delete', path: `/invites/${one}` }))
    }
    case 'bot:create': {
      const fields = { full_name: 'New', short_name: 'new', bot_type: q.type }
      return plain({ method: 'post', path: '/bots', fields })
    }
    case 'bot:manage':
      return about('person', ids.person(q.user), (id) => {
        return { method: 'patch', path: `/bots/${id}`, fields: { full_name: 'New' } }
      })
    case 'bot:end':
      return about('person', ids.person(q.user), (id) => ({ method: 'delete', path: `/bots/${id}` }))

    case 'group:read':
      return plain({ method: 'get', path: '/user_groups' })
    case 'group:create': {
      const fields = { name: 'new', description: '', members: [] }
      return plain({ method: 'post', path: '/user_groups/create', fields })
    }
    case 'group:edit':
      return about('group', ids.group(q.group), (id) => {
        return { method: 'patch', path: `/user_groups/${id}`, fields: { description: 'new' } }
      })
    case 'group:change-members': {
      const group = o.groups.get(q.group)
      const whom = (which: typeof q.adds, within: boolean): number[] | undefined => {
        if (which === 'nobody') return []
        const who = which === 'oneself' ? q.by : group ? other(o, q.by, within, group)?.id : 1
        return who === undefined ? undefined : [ids.person(who)]
      }
      const [add, remove] = [whom(q.adds, false), whom(q.removes, true)]
      if (!add || !remove) return 'nobody is left to be added or taken out'
      return {
        ...about('group', ids.group(q.group), (id) => ({
          method: 'post',
          path: `/user_groups/${id}/members`,
          fields: { add, delete: remove },
        })),
        later: /^Nothing to do\.|already a member of this group|^Invalid user group members/,
      }
    }
  }
}
