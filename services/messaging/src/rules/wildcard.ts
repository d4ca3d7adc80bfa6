import { type Actor, decide } from '@parley/access'
import { AppError } from '@parley/core'

/** The most people whom everybody may mention at once. */
export const fewPeople = 15

/**
 * May the actor mention everybody of a channel or topic at once?
 * @throws AppError STREAM_WILDCARD_MENTION_NOT_ALLOWED or TOPIC_WILDCARD_MENTION_NOT_ALLOWED
 */
export function checkWildcards(
  actor: Actor,
  audience: { readonly channelMany: boolean; readonly topicMany: boolean },
): void {
  if (!decide('message:mention-all', actor, { many: audience.channelMany }).ok)
    throw new AppError(
      'STREAM_WILDCARD_MENTION_NOT_ALLOWED',
      'You do not have permission to use channel wildcard mentions in this channel.',
    )
  if (!decide('message:mention-all', actor, { many: audience.topicMany }).ok)
    throw new AppError(
      'TOPIC_WILDCARD_MENTION_NOT_ALLOWED',
      'You do not have permission to use topic wildcard mentions in this topic.',
    )
}
