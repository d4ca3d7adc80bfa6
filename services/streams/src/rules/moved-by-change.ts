import { isAdmin, type Actor } from '@parley/access'
import type { ChannelObject } from '@parley/api'

/** A channel before and after a change, and who would know of it while it is private without being in it. */
export interface Knowledge {
  readonly before: ChannelObject
  readonly after: ChannelObject
  readonly overseersBefore: readonly Actor[]
  readonly overseersAfter: readonly Actor[]
  readonly subscribers: ReadonlySet<number>
}

/**
 * Those whose queues cannot go on over a change of a channel's permissions or privacy, ascending. Who lost such a
 * permission may have been told things by name; who got one knows a channel more; and when a channel is closed, what was
 * told to everybody before stays with those whom gateways know to oversee it: administrators and its creator.
 */
export function movedByChange(knowledge: Knowledge): number[] {
  const { before, after, overseersBefore, overseersAfter, subscribers } = knowledge
  const ids = (people: readonly Actor[]): Set<number> => new Set(people.map((person) => person.userId))
  const [known, knows] = [ids(overseersBefore), ids(overseersAfter)]
  const moved = known.difference(knows)
  if (before.invite_only && after.invite_only)
    for (const id of knows.difference(known)) if (!subscribers.has(id)) moved.add(id)
  if (!before.invite_only && after.invite_only) {
    const { creator_id: creator } = after
    for (const person of overseersAfter)
      if (!isAdmin(person) && person.userId !== creator) moved.add(person.userId)
    if (creator !== null && !knows.has(creator)) moved.add(creator)
  }
  return [...moved].sort((a, b) => a - b)
}
