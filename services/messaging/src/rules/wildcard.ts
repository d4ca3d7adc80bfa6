import { type Actor, decide } from '@parley/access'
import { AppError } from '@parley/core'

/** The most people whom everybody may mention at once. */
export const fewPeople = 15

export interface WildcardAudience {
  readonly channelMany: boolean
  readonly topicMany: boolean
}

/** What the actor is told who may not mention everybody of a channel or topic at once; null where they may. */
export function refusedWildcard(actor: Actor, audience: WildcardAudience): AppError | null {
  if (!decide('message:mention-all', actor, { many: audience.channelMany }).ok)
    return new AppError(
      'STREAM_WILDCARD_MENTION_NOT_ALLOWED',
      'You do not have permission to use channel wildcard mentions in this channel.',
    )
  if (!decide('message:mention-all', actor, { many: audience.topicMany }).ok)
    return new AppError(
      'TOPIC_WILDCARD_MENTION_NOT_ALLOWED',
      'You do not have permission to use topic wildcard mentions in this topic.',
    )
  return null
}

/**
 * May the actor mention everybody of a channel or topic at once?
 * @throws AppError STREAM_WILDCARD_MENTION_NOT_ALLOWED or TOPIC_WILDCARD_MENTION_NOT_ALLOWED
 */
export function checkWildcards(actor: Actor, audience: WildcardAudience): void {
  const refusal = refusedWildcard(actor, audience)
  if (refusal) throw refusal
}
