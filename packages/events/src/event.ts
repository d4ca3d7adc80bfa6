import type { Capabilities, ServiceName } from '@parley/api'
import type { ChannelId, UserId } from '@parley/core'
import type { z } from 'zod'

/** Who is looking: what may change an event's shape for a queue. */
export interface Viewer {
  readonly userId: UserId
  readonly role: number
  /** Whom it sees (`user:see`), by id; null for everybody. */
  readonly sees: ReadonlySet<number> | null
  readonly capabilities: Capabilities
  readonly applyMarkdown: boolean
  readonly slimPresence: boolean
  readonly queueId: string
}

/** An event as a client gets it, without its id. */
export type WireEvent = { readonly type: string } & Readonly<Record<string, unknown>>

/**
 * Who an event goes to: a closed set.
 * `users`: the named ones, and where the event names a channel only while they are in it; `subscribers`: of the channel, at the event's place in the log and now;
 * `readers`: the named ones, while they may read in the event's channel (beside them, where `beside` says so, who follows all public ones);
 * `leavers`: the named ones, and where the event names a channel only if they were told before that they are in it;
 * `organisation`: everybody in it; `nobody`: kept for audit and the gateways only.
 */
export type Audience = 'users' | 'subscribers' | 'readers' | 'leavers' | 'organisation' | 'nobody'

/** A channel that was public when an event was told to everybody: who may know of it still is asked when it is delivered. */
export interface About {
  readonly channel: number
  /** Knows of it still where it is private now. */
  readonly creator: number | null
  /** Who is in it has it from elsewhere; it is for those who have left since. */
  readonly unlessIn?: boolean | undefined
}

/** One kind of event of the organisation's log, declared once. */
export interface EventDeclaration<B = unknown> {
  /** Past tense, e.g. `message.sent`; never changes its meaning. */
  readonly type: string
  readonly emitter: ServiceName
  /** Other services whose acts have the same effect. */
  readonly alsoBy: readonly ServiceName[]
  readonly audience: Audience
  /** Raises `head.rights`: set for everything a decision of packages/access reads. */
  readonly changesRights: boolean
  /**
   * Of what changes rights: the one channel that it concerns, where no decision about sends to any other may rest on it, nor
   * on anything else that its transaction changes without an event that says so. Null where it may concern more.
   */
  readonly concerns: ((body: B) => number) | null
  /** Takes a right away: the call answers only after every gateway has applied it. */
  readonly revokes: boolean
  /** Becomes a leaf of the audit tree. Its body is then free of content. */
  readonly audited: boolean
  readonly body: z.ZodType<B>
  /** For what goes to more people than are in the channel it tells of; null for what tells of none. */
  readonly about: ((body: B) => About | null) | null
  /** Tells what was said in a channel: named people who are not in it get it only while everybody may read there. */
  readonly content: boolean
  /**
   * The messages that it tells something of, the one first whose text it may hold: once they stand elsewhere it is for who
   * may read them there. Null where it tells of none.
   */
  readonly messagesIn: ((body: B) => readonly number[]) | null
  /** Of the audience `readers`: goes to queues that follow all public channels too, but for these people; null for no such queue. */
  readonly beside: ((body: B) => readonly number[] | null) | null
  /**
   * Of the audience `readers`: for which queues of those it names it is: true for those that follow all public channels,
   * false for the others; null for all.
   */
  readonly following: ((body: B) => boolean | null) | null
  /**
   * The wire type(s) it becomes; queues filter on these (`event_types`). Empty for audience `nobody`.
   */
  readonly wire: readonly string[]
  /** Viewers with the same key get the same encoded shape. */
  readonly variant: (viewer: Viewer) => string
  /** The event for one variant; null where that viewer gets nothing. */
  readonly shape: (body: B, viewer: Viewer) => WireEvent | null
  /**
   * Whom it tells something of that only those learn who see them (`user:see`): a name, what somebody is or does. Null
   * where it names people by id alone, or nobody.
   */
  readonly tellsOf: ((body: B) => number | null) | null
  /** The event for a variant of viewers who do not see that one; where absent, they get nothing. */
  readonly ofUnseen: ((body: B, viewer: Viewer) => WireEvent | null) | null
  /** Fields of one user alone (message flags, local id), spliced into the shared encoding; null for none. */
  readonly own: ((body: B, viewer: Viewer) => Readonly<Record<string, unknown>> | null) | null
}

/** Declares an event. */
export function event<B>(
  declared: Omit<
    EventDeclaration<B>,
    | 'alsoBy'
    | 'changesRights'
    | 'concerns'
    | 'revokes'
    | 'audited'
    | 'about'
    | 'content'
    | 'messagesIn'
    | 'beside'
    | 'following'
    | 'variant'
    | 'tellsOf'
    | 'ofUnseen'
    | 'own'
    | 'wire'
    | 'shape'
  > &
    Partial<EventDeclaration<B>>,
): EventDeclaration<B> {
  return {
    alsoBy: [],
    changesRights: false,
    concerns: null,
    revokes: false,
    audited: false,
    about: null,
    content: false,
    messagesIn: null,
    beside: null,
    following: null,
    wire: [],
    variant: () => '',
    shape: () => null,
    tellsOf: null,
    ofUnseen: null,
    own: null,
    ...declared,
  }
}

/** An event about to be appended, its body checked against the declaration when it is made. */
export interface NewEvent {
  readonly declaration: EventDeclaration
  readonly body: unknown
  /** The audience `users`; also users whom a `subscribers` event names beside the subscribers. */
  readonly users: readonly UserId[]
  /** The channel of the audiences `subscribers` and `leavers`. */
  readonly channel: ChannelId | null
}

/** Makes an event of a declaration, its body checked. @throws ZodError where the body does not fit: a bug */
export function make<B>(
  declaration: EventDeclaration<B>,
  body: B,
  to: { readonly users?: readonly UserId[]; readonly channel?: ChannelId } = {},
): NewEvent {
  return {
    // A declaration only ever sees bodies that its own schema has parsed.
    declaration: declaration as unknown as EventDeclaration,
    body: declaration.body.parse(body),
    users: to.users ?? [],
    channel: to.channel ?? null,
  }
}
