import { userId } from '@parley/core'
import { make, type NewEvent, unreadCleared } from '@parley/events'

/** What of one person is read now, ascending. */
export interface LeftUnread {
  readonly userId: number
  readonly messages: readonly number[]
}

/** As many as `register` names to one person (Zulip API: unread_msgs). */
const mostOfOne = 50_000
/** All of one request together: it happens behind the head, where everybody waits. */
export const mostAtOnce = 500_000
/** A quarter of a megabyte. */
const mostPerEvent = 20_000

/** How many of the unread messages of each one are told where so many leave at once. */
export const mostTold = (memberships: number): number =>
  Math.min(mostOfOne, Math.floor(mostAtOnce / Math.max(1, memberships)))

/** Tells people that what they left is read now; those who left the same are told together. */
export function unreadEvents(left: readonly LeftUnread[]): NewEvent[] {
  const groups = new Map<string, { readonly messages: readonly number[]; readonly users: number[] }>()
  for (const { userId: user, messages } of left) {
    const key = messages.join()
    const group = groups.get(key)
    if (group) group.users.push(user)
    else groups.set(key, { messages, users: [user] })
  }
  return [...groups.values()].flatMap(({ messages, users }) =>
    Array.from({ length: Math.ceil(messages.length / mostPerEvent) }, (_, i) =>
      make(
        unreadCleared,
        { messages: messages.slice(i * mostPerEvent, (i + 1) * mostPerEvent) },
        { users: users.toSorted((a, b) => a - b).map(userId) },
      ),
    ),
  )
}
