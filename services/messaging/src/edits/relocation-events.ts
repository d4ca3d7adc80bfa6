import type { Granted } from '@parley/access'
import { userId } from '@parley/core'
import {
  flagsChanged,
  make,
  messageAppeared,
  messageCarried,
  messagesRelocated,
  messagesWithdrawn,
  type MessageUpdated,
  type NewEvent,
} from '@parley/events'
import type { Linkifiers } from '@parley/markdown'
import { appearedFlags } from '../present/appeared-flags.ts'
import type { Appearing } from '../repo/appearing.ts'
import type { Star } from '../repo/relocations.ts'
import type { Fate } from '../rules/relocation.ts'
import type { Moving } from './move.ts'

/** A move to the proof's other channel. */
export interface ChannelChange extends Moving {
  /** The topic that the messages get; null where each keeps its own. */
  readonly topic: string | null
  readonly linkifiers: Linkifiers
}

/** What is told of a move, and to whom. */
export interface Relocation {
  readonly granted: Granted<'message:move-channel'>
  readonly change: ChannelChange
  /** Ascending. */
  readonly ids: readonly number[]
  readonly fates: readonly Fate[]
  /** The stars that there were before. */
  readonly stars: readonly Star[]
  /** The messages for who could not read them before; none where nobody is. */
  readonly appearing: readonly Appearing[]
  /** The flags that a message has now for these people. */
  readonly flagsOf: (id: number, users: readonly number[]) => Promise<MessageUpdated['flags']>
}

/** People, and what of the messages is the same for them. */
interface Part {
  readonly users: readonly number[]
  readonly ids: readonly number[]
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b)

/** People by what of the messages meets this fate for them; who has none of them is left out. */
export function sameParts(
  fates: readonly Fate[],
  which: 'carried' | 'lost' | 'new' | 'cleared' | 'received',
): Part[] {
  const parts = Map.groupBy(
    fates.filter((fate) => fate.active && fate[which].length > 0),
    (fate) => fate[which].join(),
  )
  return [...parts.values()].map((some) => ({
    users: ascending(some.flatMap(({ users }) => users)),
    ids: some[0]?.[which] ?? [],
  }))
}

const to = ({ users }: Pick<Part, 'users'>) => users.map(userId)

/** In the order of the log: first what counts for whoever reads it later. */
export async function relocationEvents(relocation: Relocation): Promise<NewEvent[]> {
  const { granted, ids, fates } = relocation
  const { message, target } = granted.object
  const [old, now] = [message.channel, target]
  if (!old) return []
  const [from, goes] = [Number(old.channelId), Number(now.channelId)]
  const isProtected = now.inviteOnly && !now.historyPublicToSubscribers
  const relocated = isProtected
    ? heldPieces(ids, fates).map(({ some, holders }) => ({ message_ids: some, from, to: goes, holders }))
    : [{ message_ids: [...ids], from, to: goes, holders: null }]
  return [
    ...marks(relocation, 'before'),
    ...relocated.map((body) => make(messagesRelocated, body)),
    ...withdrawn(relocation),
    ...(await carried(relocation)),
    ...appeared(relocation),
    ...marks(relocation, 'after'),
  ]
}

/** People times messages in one event, which may be so large only. */
const mostHeld = 40_000

/** The messages in pieces, each with whom they came to. */
function heldPieces(ids: readonly number[], fates: readonly Fate[]) {
  const people = fates.reduce((sum, { received, users }) => sum + (received.length > 0 ? users.length : 0), 0)
  const size = Math.max(1, Math.floor(mostHeld / Math.max(1, people)))
  const pieces = Array.from({ length: Math.ceil(ids.length / size) }, (_, i) =>
    ids.slice(i * size, (i + 1) * size),
  )
  return pieces.map((some) => {
    const among = new Set(some)
    const parts = fates.map((fate) => ({
      ...fate,
      // Also of who is out of use: they may come back.
      active: true,
      received: fate.received.filter((id) => among.has(id)),
    }))
    const holders = sameParts(parts, 'received').map(({ users, ids: held }) => ({
      user_ids: [...users],
      message_ids: [...held],
    }))
    return { some, holders }
  })
}

/**
 * Who follows all public channels is told too, but for those who are told by name. Where both channels are public they have
 * what comes to be heard of by others, and are told that it went there.
 */
function beside({ granted, fates }: Relocation, applies: boolean): number[] | null {
  if (!applies) return null
  const { message, target } = granted.object
  const both = message.channel?.inviteOnly === false && !target.inviteOnly
  return ascending(
    fates
      .filter((fate) => fate.carried.length + fate.lost.length + (both ? 0 : fate.new.length) > 0)
      .flatMap(({ users }) => users),
  )
}

/**
 * Marks of one's own, told whatever channel one is in: what is not unread and starred any longer. What a client drops with a
 * message that its reader hears no more of, but may still fetch, is said again.
 */
function marks({ fates, stars }: Relocation, when: 'before' | 'after'): NewEvent[] {
  const own = (op: 'add' | 'remove', flag: 'read' | 'starred', { users, ids }: Part): NewEvent =>
    make(flagsChanged, { op, flag, messages: [...ids], details: null }, { users: to({ users }) })
  const of = new Map(
    fates.flatMap(({ users, active, ...fate }) => {
      const known = { active, kept: new Set(fate.kept), lost: new Set(fate.lost) }
      return users.map((user) => [user, known] as const)
    }),
  )
  const starred = (keeps: boolean): Part[] =>
    stars.flatMap(({ user, ids: all }) => {
      const fate = of.get(user)
      if (fate && !fate.active) return []
      const some = all.filter((id) => (keeps ? fate?.kept.has(id) && fate.lost.has(id) : !fate?.kept.has(id)))
      return some.length > 0 ? [{ users: [user], ids: some }] : []
    })
  if (when === 'after') return starred(true).map((part) => own('add', 'starred', part))
  return [
    ...sameParts(fates, 'cleared').map((part) => own('add', 'read', part)),
    ...starred(false).map((part) => own('remove', 'starred', part)),
  ]
}

/** By message: whoever meets this fate with it. */
function byMessage(
  ids: readonly number[],
  fates: readonly Fate[],
  which: 'lost' | 'new',
): Map<number, number[]> {
  const found = new Map<number, number[]>(ids.map((id) => [id, []]))
  for (const fate of fates) for (const id of fate[which]) found.get(id)?.push(...fate.users)
  return found
}

function withdrawn(relocation: Relocation): NewEvent[] {
  const { granted, change, ids, fates } = relocation
  const { message, target } = granted.object
  const others = beside(relocation, message.channel?.inviteOnly === false && target.inviteOnly)
  const channel = message.channel?.channelId
  if (channel === undefined) return []
  const event = (kind: 'all' | 'bulk' | 'single', part: Part, besides: number[] | null): NewEvent =>
    make(
      messagesWithdrawn,
      { message_ids: [...part.ids], to: kind, stream_id: channel, topic: change.before, beside: besides },
      { users: to(part), channel },
    )
  const single = [...byMessage(ids, fates, 'lost')]
    .map(([id, users]) => ({ users: ascending(users), ids: [id] }))
    .filter(({ users }) => users.length > 0 || others)
  if (ids.length === 1) return single.map((part) => event('all', part, others))
  const bulk = sameParts(fates, 'lost')
  return [
    ...bulk.map((part) => event('bulk', part, null)),
    ...(others ? [event('bulk', { users: [], ids }, others)] : []),
    ...single.map((part) => event('single', part, others)),
  ]
}

async function carried(relocation: Relocation): Promise<NewEvent[]> {
  const { granted, change, ids, fates, flagsOf } = relocation
  const { message, target } = granted.object
  const after = change.topic ?? change.before
  const others = beside(relocation, message.channel?.inviteOnly === false && !target.inviteOnly)
  // Who comes to read what was public may have it already.
  const had = message.channel?.inviteOnly === false && target.inviteOnly ? sameParts(fates, 'new') : []
  const parts = [
    ...sameParts(fates, 'carried').map((part) => ({ ...part, besides: null, following: null })),
    ...had.map((part) => ({ ...part, besides: null, following: true })),
    ...(others ? [{ users: [], ids, besides: others, following: null }] : []),
  ]
  const events: NewEvent[] = []
  for (const part of parts) {
    const id = part.ids.includes(message.messageId) ? message.messageId : (part.ids[0] ?? message.messageId)
    const body = {
      user_id: granted.actor.userId,
      edit_timestamp: change.at,
      message_id: id,
      message_ids: [...part.ids],
      flags: part.besides
        ? { usual: ['read', 'historical'] as const, others: [] }
        : await flagsOf(id, part.users),
      stream_id: message.channel?.channelId ?? null,
      new_stream_id: target.channelId,
      text: null,
      topic: {
        before: change.before,
        after,
        links: change.linkifiers.topicLinks(after),
        propagate_mode: change.mode,
      },
      beside: part.besides,
      following: part.following,
    }
    const flags = { ...body.flags, usual: [...body.flags.usual] }
    events.push(make(messageCarried, { ...body, flags }, { users: to(part), channel: target.channelId }))
  }
  return events
}

function appeared(relocation: Relocation): NewEvent[] {
  const { granted, change, ids, fates, appearing } = relocation
  const { message, target } = granted.object
  const others = beside(relocation, message.channel?.inviteOnly === true && !target.inviteOnly)
  const links = change.linkifiers.beginTopics()
  const readers = byMessage(ids, fates, 'new')
  return appearing.flatMap(({ marks: marked, wildcards, ...body }) => {
    const users = ascending(readers.get(body.message_id) ?? [])
    if (users.length === 0 && !others) return []
    return make(
      messageAppeared,
      {
        ...body,
        topic_links: links(body.topic),
        flags: appearedFlags(users, marked, wildcards),
        moved_at: change.at,
        gravatar: false,
        beside: others,
        following: message.channel?.inviteOnly === false ? false : null,
      },
      { users: to({ users }), channel: target.channelId },
    )
  })
}
