import type { MessageFlag } from '@parley/api'
import type { MessageUpdated } from '@parley/events'
import type { Appearing } from '../repo/appearing.ts'
import { flagsOf } from './flags.ts'

const unmarked = { starred: false, collapsed: false, mentioned: false, alerted: false, historical: false }

/** The flags of a message for those to whom it has just come: read, for it was said before they could read it. */
export function appearedFlags(
  users: readonly number[],
  marks: Appearing['marks'],
  { channel, topic }: Appearing['wildcards'],
): MessageUpdated['flags'] {
  const marked = new Map(marks.map(({ user, ...own }) => [user, own]))
  const named = new Set(topic)
  const of = (user: number | null): MessageFlag[] =>
    flagsOf({
      ...unmarked,
      ...(user === null ? {} : marked.get(user)),
      read: true,
      channelWildcard: channel,
      topicWildcard: user !== null && named.has(user),
    })
  const usual = of(null)
  const others = Map.groupBy(
    users.filter((user) => of(user).join() !== usual.join()),
    (user) => of(user).join(),
  )
  return {
    usual,
    others: [...others.values()].map((some) => ({ flags: of(some[0] ?? null), user_ids: some })),
  }
}
