/** What a source may refer to, for loading a `RenderContext`; names as written, without repetition. */
export interface Referenced {
  readonly userIds: readonly number[]
  /** Lower-cased full names. */
  readonly userNames: readonly string[]
  /** Lower-cased. */
  readonly groupNames: readonly string[]
  /** Lower-cased. */
  readonly channelNames: readonly string[]
  /** Of emoji that an organisation may have; `12:30:45` has one too. */
  readonly emojiNames: readonly string[]
  /** Topics linked to, without single messages in them; the channel's name is lower-cased, no topic is ''. */
  readonly topics: readonly { readonly channel: string; readonly topic: string }[]
}

/** `@**…**` or `@_**…**`: what stands between the stars. */
export const userMention = /@(_?)\*\*([^*\n]+)\*\*/y
/** `@*…*` or `@_*…*`. */
export const groupMention = /@(_?)\*([^*\n]+)\*/y
/** `#**channel**`, `#**channel>topic**`, `#**channel>topic@id**`. */
export const channelLink = /#\*\*([^*>\n]+)(?:>([^*\n]*?)(?:@(\d{1,16}))?)?\*\*/y

export interface UserReference {
  readonly name: string | null
  readonly id: number | null
}

/** Takes `Name`, `Name|id` or `|id` apart. */
export function userReference(text: string): UserReference {
  const parts = /^(.*)\|(\d{1,15})$/.exec(text)
  if (!parts) return { name: text, id: null }
  return { name: parts[1] || null, id: Number(parts[2]) }
}

/** Looks ahead, so that a colon may end one name and begin another. */
const emojiNames = /(?=:([0-9a-z_-]{1,60}):)/g

const unique = <T>(values: Iterable<T>): T[] => [...new Set(values)]

/**
 * Finds whom and what a source may mention, without knowing where code and quotes are: a superset of
 * what rendering will ask the context for.
 */
export function mentionsIn(source: string): Referenced {
  const all = (pattern: RegExp) => source.matchAll(new RegExp(pattern.source, 'g'))
  const users = Array.from(all(userMention), (match) => userReference(match[2] ?? ''))
  const links = Array.from(all(channelLink), (match) => ({
    channel: (match[1] ?? '').toLowerCase(),
    topic: match[3] === undefined ? match[2] : undefined,
  }))
  return {
    userIds: unique(users.flatMap(({ id }) => (id === null ? [] : [id]))),
    userNames: unique(
      users.flatMap(({ name, id }) => (id === null && name !== null ? [name.toLowerCase()] : [])),
    ),
    groupNames: unique(Array.from(all(groupMention), (match) => (match[2] ?? '').toLowerCase())),
    channelNames: unique(links.map(({ channel }) => channel)),
    emojiNames: unique(Array.from(source.matchAll(emojiNames), (match) => match[1] ?? '')),
    topics: links.flatMap(({ channel, topic }) => (topic === undefined ? [] : [{ channel, topic }])),
  }
}
