import type { ChannelId, UserId } from '@parley/core'
import { event, type EventDeclaration, make, type NewEvent } from '../event.ts'

/** Whom an event about a message goes to. */
export interface MessageAudience {
  /** Null for a direct message. */
  readonly channel: ChannelId | null
  /**
   * `within` false: beside the channel's subscribers (the people of a direct conversation); true: only these, and only
   * while they are in the channel.
   */
  readonly users: readonly UserId[]
  readonly within: boolean
}

/** One kind of event about messages, under two types by who may see it. */
export interface AboutMessage<B> {
  readonly open: EventDeclaration<B>
  readonly within: EventDeclaration<B>
}

/**
 * Declares an event about messages that are there already (Zulip API: events about a message). `open` goes to the people
 * of the conversation, or to the channel's subscribers and the named ones; `within`, where a channel keeps its history
 * from who was not there, to the named ones who are in it.
 */
export const aboutMessage = <B>(
  declared: Pick<EventDeclaration<B>, 'type' | 'body' | 'wire' | 'shape'> & Partial<EventDeclaration<B>>,
): AboutMessage<B> => ({
  open: event({ emitter: 'messaging', ...declared, audience: 'subscribers', content: true }),
  within: event({ emitter: 'messaging', ...declared, type: `${declared.type}-within`, audience: 'users' }),
})

/** The event for its audience. @throws ZodError where the body does not fit: a bug */
export const makeAbout = <B>(
  { open, within }: AboutMessage<B>,
  body: B,
  audience: MessageAudience,
): NewEvent =>
  make(audience.within ? within : open, body, {
    users: audience.users,
    ...(audience.channel === null ? {} : { channel: audience.channel }),
  })
