import type { ChannelId, UserId } from '@parley/core'
import type { z } from 'zod'
import type { Audience, Viewer, WireEvent } from '../event.ts'

/** One kind of event that is told in passing: to whoever is there, beside the log, and kept nowhere. */
export interface PassingDeclaration<B = unknown> {
  /** As clients get it; queues filter on it (`event_types`). */
  readonly type: string
  /** As in the log: `users` are the named ones, and where it names a channel only while they are in it. */
  readonly audience: Audience & ('users' | 'organisation')
  readonly body: z.ZodType<B>
  /** Viewers with the same key get the same shapes, if they see everybody; others get theirs each. */
  readonly variant: (viewer: Viewer) => string
  /** What a viewer of the variant gets, of people whom it sees (`user:see`); nothing, or several where clients want them one by one. */
  readonly shapes: (body: B, viewer: Viewer) => readonly WireEvent[]
}

/** Whom an event that passes is for. */
export interface PassingTo {
  /** Of the audience `users`. */
  readonly users?: readonly UserId[]
  readonly channel?: ChannelId | null
}

/** An event that passes, its body checked against the declaration. */
export interface PassingEvent {
  readonly declaration: PassingDeclaration
  readonly body: unknown
  readonly users: readonly UserId[]
  readonly channel: ChannelId | null
}

/** A declaration among others: it only ever sees bodies that its own schema has parsed. */
export const erased = <B>(declaration: PassingDeclaration<B>): PassingDeclaration =>
  declaration as unknown as PassingDeclaration

/** Makes an event of a declaration. @throws ZodError where the body does not fit: a bug */
export const passing = <B>(
  declaration: PassingDeclaration<B>,
  body: B,
  { users = [], channel = null }: PassingTo = {},
): PassingEvent => ({
  declaration: erased(declaration),
  body: declaration.body.parse(body),
  users,
  channel,
})
