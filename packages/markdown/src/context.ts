import type { Linkifiers } from './linkifiers/linkifiers.ts'

/** A person as a mention needs him. */
export interface MentionUser {
  readonly id: number
  readonly fullName: string
}

/** A user group, or a channel, as a mention or link needs it. */
export interface Named {
  readonly id: number
  readonly name: string
}

/**
 * Everything rendering may know besides the source. Plain data, loaded beforehand for what
 * `mentionsIn(source)` names; what is not here stays text. Whoever fills it leaves out the people,
 * groups and channels that the sender must not refer to.
 */
export interface RenderContext {
  /** Without a trailing slash, e.g. `https://chat.example.com`. */
  readonly organisationUrl: string
  readonly users: {
    readonly byId: ReadonlyMap<number, MentionUser>
    /** By lower-cased full name; `'ambiguous'` where several people bear it. */
    readonly byName: ReadonlyMap<string, MentionUser | 'ambiguous'>
  }
  /** By lower-cased name. */
  readonly groups: ReadonlyMap<string, Named>
  /** By lower-cased name. */
  readonly channels: ReadonlyMap<string, Named>
  /** Custom emoji by name: where the image is, as a path of this organisation or an https URL. */
  readonly customEmoji?: ReadonlyMap<string, string>
  /** The newest message of a topic, if it has one: links to the topic then survive its being moved. */
  readonly latestMessage?: (channelId: number, topic: string) => number | undefined
  /** The sender's setting `translate_emoticons`. */
  readonly translateEmoticons?: boolean
  /** The organisation's setting `default_code_block_language`. */
  readonly defaultCodeLanguage?: string
  /** What the organisation links in texts. */
  readonly linkifiers?: Linkifiers
}

/** The rows a context is made of; the rest as in the context. */
export interface ContextRows extends Omit<RenderContext, 'users' | 'groups' | 'channels'> {
  readonly users?: readonly MentionUser[]
  readonly groups?: readonly Named[]
  readonly channels?: readonly Named[]
}

const byLowerName = (rows: readonly Named[] = []): Map<string, Named> =>
  new Map(rows.map((row) => [row.name.toLowerCase(), row]))

/** A context of loaded rows; a full name borne by several of the users is marked ambiguous. */
export function renderContext({ users = [], groups, channels, ...rest }: ContextRows): RenderContext {
  const byName = new Map<string, MentionUser | 'ambiguous'>()
  for (const user of users) {
    const name = user.fullName.toLowerCase()
    const other = byName.get(name)
    const isSame = other !== undefined && other !== 'ambiguous' && other.id === user.id
    byName.set(name, other === undefined || isSame ? user : 'ambiguous')
  }
  return {
    ...rest,
    users: { byId: new Map(users.map((user) => [user.id, user])), byName },
    groups: byLowerName(groups),
    channels: byLowerName(channels),
  }
}
