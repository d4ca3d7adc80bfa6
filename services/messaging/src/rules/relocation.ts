import type { ChannelFacts } from '@parley/access'
import { idsInRanges } from './id-ranges.ts'

/** How somebody stands to messages that go to another channel. */
export interface Affected {
  readonly user: number
  readonly active: boolean
  readonly guest: boolean
  readonly inOld: boolean
  readonly inNew: boolean
  /** May read in the new channel, as far as that does not ask what came to them. */
  readonly access: boolean
  /** Of the messages, what came to them in the old channel, and what of that they have not read: as Postgres writes ranges. */
  readonly held: string
  readonly unread: string
}

/** What becomes of the messages for people who stand alike. Ids ascend. */
export interface Fate {
  readonly users: readonly number[]
  readonly active: boolean
  /** In the new channel: what is theirs there as what came to them, and what of that is unread. */
  readonly received: readonly number[]
  readonly unread: readonly number[]
  /** What is theirs there though it never came to them. */
  readonly foreign: readonly number[]
  /** Marks that they keep. */
  readonly kept: readonly number[]
  /** What was unread and is not any longer. */
  readonly cleared: readonly number[]
  /** What they heard of and go on to; what they heard of and lose; and what comes to be heard of. */
  readonly carried: readonly number[]
  readonly lost: readonly number[]
  readonly new: readonly number[]
}

type Kind = Pick<ChannelFacts, 'inviteOnly' | 'historyPublicToSubscribers'>
/** Is history kept there from who was not there? */
export const isProtected = (channel: Kind): boolean =>
  channel.inviteOnly && !channel.historyPublicToSubscribers

/**
 * Who loses, keeps and gets messages by a move (permissions §2 and §4). What came to somebody goes with the message. Into a
 * channel that keeps its history from who was not there nobody else gets it, however long they are in it; elsewhere
 * everybody inside does, read.
 */
export function fatesOf(
  people: readonly Affected[],
  ids: readonly number[],
  channels: { readonly old: Kind; readonly new: Kind },
): Fate[] {
  const alike = Map.groupBy(people, (one) => JSON.stringify({ ...one, user: null }))
  return [...alike.values()].flatMap((group) => {
    const [one] = group
    return one
      ? [
          fateOf(
            one,
            group.map(({ user }) => user),
            ids,
            channels,
          ),
        ]
      : []
  })
}

function fateOf(
  { active, guest, inOld, inNew, access, held: heldRanges, unread: unreadRanges }: Affected,
  users: readonly number[],
  ids: readonly number[],
  channels: { readonly old: Kind; readonly new: Kind },
): Fate {
  const held = new Set(idsInRanges(ids, heldRanges))
  const unreadBefore = idsInRanges(ids, unreadRanges)
  const heard = (id: number): boolean => {
    if (isProtected(channels.old)) return inOld && held.has(id)
    return inOld || (!channels.old.inviteOnly && !guest && held.has(id))
  }
  const hears = (id: number): boolean => {
    const keeps = access && held.has(id)
    if (isProtected(channels.new)) return inNew && keeps
    // Members read a public channel, so whoever heard of it goes on to.
    return inNew || (!channels.new.inviteOnly && !guest && (keeps || heard(id)))
  }
  const whole = inNew && !isProtected(channels.new)
  const kept = access ? ids.filter((id) => held.has(id)) : []
  const unread = inNew ? unreadBefore.filter((id) => access && held.has(id)) : []
  const still = new Set(unread)
  return {
    users,
    active,
    received: whole ? ids : kept,
    unread,
    foreign: whole ? ids.filter((id) => !held.has(id)) : [],
    kept,
    cleared: unreadBefore.filter((id) => !still.has(id)),
    carried: active ? ids.filter((id) => heard(id) && hears(id)) : [],
    lost: active ? ids.filter((id) => heard(id) && !hears(id)) : [],
    new: active ? ids.filter((id) => !heard(id) && hears(id)) : [],
  }
}
