/** What is unread of one conversation, by column, in any order. */
export interface UnreadPlace {
  readonly channelId: number | null
  readonly userIds: readonly number[] | null
  readonly ids: readonly number[]
  /** Of each of `ids` its topic as it is spelled, and the same for all spellings of one. */
  readonly topics: readonly string[]
  readonly keys: readonly string[]
  /** Those of `ids` that mention the reader. */
  readonly mentioned: readonly number[]
}

/** What is unread of one topic, or of one direct conversation. */
export interface UnreadGroup {
  readonly channelId: number | null
  readonly userIds: readonly number[] | null
  /** As the newest of them spells it. */
  readonly topic: string
  /** Ascending. */
  readonly ids: readonly number[]
  /** Those that mention the reader, ascending. */
  readonly mentioned: readonly number[]
}

const ascending = (a: number, b: number): number => a - b

/** By topic and direct conversation, that with the oldest message first. */
export const unreadGroups = (places: readonly UnreadPlace[]): UnreadGroup[] =>
  places.flatMap(topicsOf).sort((a, b) => (a.ids[0] ?? 0) - (b.ids[0] ?? 0))

function topicsOf({ channelId, userIds, ids, topics, keys, mentioned }: UnreadPlace): UnreadGroup[] {
  const mentioning = new Set(mentioned)
  const byKey = new Map<string, number[]>()
  const places = new Map<number, number>()
  for (const [i, id] of ids.entries()) {
    places.set(id, i)
    const key = keys[i] ?? ''
    const group = byKey.get(key)
    if (group) group.push(id)
    else byKey.set(key, [id])
  }
  return [...byKey.values()].map((group) => {
    group.sort(ascending)
    const newest = places.get(group.at(-1) ?? 0) ?? 0
    return {
      channelId,
      userIds,
      topic: topics[newest] ?? '',
      ids: group,
      mentioned: mentioning.size === 0 ? [] : group.filter((id) => mentioning.has(id)),
    }
  })
}
