export interface TopicLink {
  readonly text: string
  readonly url: string
}

/** Links of topics that were asked for lately. */
export interface KeptTopics {
  get(topic: string): TopicLink[] | undefined
  keep(topic: string, links: TopicLink[]): void
}

/** What a topic takes beside its texts, in characters. */
const overhead = 50

/** @param capacity most characters of topics and their links; those used longest ago go first */
export function keptTopics(capacity = 100_000): KeptTopics {
  const all = new Map<string, { readonly links: TopicLink[]; readonly size: number }>()
  let size = 0
  const drop = (topic: string): void => {
    size -= all.get(topic)?.size ?? 0
    all.delete(topic)
  }
  return {
    get(topic) {
      const known = all.get(topic)
      if (!known) return undefined
      all.delete(topic)
      all.set(topic, known)
      return known.links
    },
    keep(topic, links) {
      drop(topic)
      const own = links.reduce(
        (sum, { text, url }) => sum + text.length + url.length,
        overhead + topic.length,
      )
      all.set(topic, { links, size: own })
      size += own
      for (const oldest of all.keys()) {
        if (size <= capacity) break
        drop(oldest)
      }
    },
  }
}
