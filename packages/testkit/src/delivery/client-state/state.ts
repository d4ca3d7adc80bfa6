import type { DefaultGroupObject, FolderObject, UserStatus, UserTopic } from '@parley/api'
import type { QueueEvent } from '../event-queue.ts'

/** `outside`: not in it, whether they ever were is not told. */
type Membership = 'subscribed' | 'unsubscribed' | 'never' | 'outside'
export interface KnownChannel {
  membership: Membership
  /** What everybody sees of it, and the own settings of who was ever in it. */
  facts: Record<string, unknown>
  subscribers: number[]
}

export interface KnownGroup {
  readonly facts: Record<string, unknown>
  members: number[]
  subgroups: number[]
}

/** What a client knows, in a form in which two ways of learning it compare. */
export interface ClientState {
  readonly user: number
  readonly people: Record<number, Record<string, unknown>>
  /** One's own. */
  picture: { readonly url: unknown; readonly medium: unknown; readonly source: unknown }
  /** What the organisation sets about itself, by the key in `register`. */
  readonly realm: Record<string, unknown>
  readonly groups: Record<number, KnownGroup>
  /** By id: those that one has the say over. */
  readonly bots: Record<number, Record<string, unknown>>
  readonly settings: Record<string, unknown>
  readonly accountDefaults: Record<string, unknown>
  readonly channels: Record<number, KnownChannel>
  /** The conversation of each unread message. */
  readonly unread: Record<number, string>
  mentions: number[]
  defaults: number[]
  defaultGroups: DefaultGroupObject[]
  /** By id. */
  readonly folders: Record<number, FolderObject>
  /** By id. */
  readonly drafts: Record<number, unknown>
  readonly snippets: Record<number, unknown>
  readonly scheduled: Record<number, unknown>
  readonly reminders: Record<number, unknown>
  mutedUsers: unknown
  alertWords: unknown
  profileFields: unknown
  /** By name. */
  readonly domains: Record<string, unknown>
  playgrounds: unknown
  linkifiers: unknown
  emoji: unknown
  /** By fragment. */
  readonly views: Record<string, unknown>
  /** By person and field; who has none is not in it. */
  profiles: Record<string, Record<string, unknown>>
  /** By person. */
  readonly statuses: Record<string, UserStatus>
  /** By conversation. */
  readonly topics: Record<string, UserTopic>
  starred: number[]
  maxMessage: number
  /** The newest message of each conversation; null where that was deleted. */
  readonly direct: Record<string, number | null>
  /** Channels that were left without being known, and so have to be taken away. */
  readonly surplus: Set<number>
}

/** What a client makes of the events of a domain, by type and operation. */
export type Appliers = Readonly<Record<string, (state: ClientState, event: QueueEvent) => void>>

export const including = (list: readonly number[], ids: readonly number[]): number[] =>
  [...new Set([...list, ...ids])].sort((a, b) => a - b)
export const without = (list: readonly number[], ids: readonly number[]): number[] =>
  list.filter((id) => !ids.includes(id)).sort((a, b) => a - b)
/** Conversations, as they are named in the state. */
export const inTopic = (channel: number, topic: string): string =>
  `channel ${channel}: ${topic.toLowerCase()}`
export const among = (ids: readonly number[]): string => `direct ${including([], ids).join(',')}`
export const byId = (list: readonly { readonly id: number }[]): Record<number, unknown> =>
  Object.fromEntries(list.map((one) => [one.id, one]))
