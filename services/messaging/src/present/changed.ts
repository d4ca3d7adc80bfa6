import type { Markable } from '../repo/flags.ts'

declare class FromMarkable {
  private readonly mayRead: true
}

/** One message of which a flag changes, and that the actor may read; only `changedOf` makes them. */
export interface Changed extends FromMarkable {
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
  return all.sort((a, b) => a.id - b.id) as Changed[]
}
