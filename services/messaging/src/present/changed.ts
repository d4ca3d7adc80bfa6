import type { Markable } from '../repo/flags.ts'

/** One message of which a flag changes. */
export interface Changed {
  readonly id: number
  readonly channelId: number | null
  readonly userIds: readonly number[] | null
  /** As it is spelled; empty unless the message becomes unread. */
  readonly topic: string
  readonly mentioned: boolean
}

/** The messages of all conversations, ascending. */
export function changedOf(places: readonly Markable[]): Changed[] {
  const all = places.flatMap(({ ids, topics, mentioned, channelId, userIds }) => {
    const named = new Set(mentioned)
    return ids.map((id, i) => ({ id, channelId, userIds, topic: topics[i] ?? '', mentioned: named.has(id) }))
  })
  return all.sort((a, b) => a.id - b.id)
}
