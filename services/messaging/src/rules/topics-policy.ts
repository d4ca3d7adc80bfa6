import { type AppError, badRequest } from '@parley/core'
import { z } from 'zod'

/** What holds for topics in a channel: as it says, or where it leaves that to its organisation what that says. */
export const HeldTopicsPolicy = z.enum(['allow_empty_topic', 'disable_empty_topic', 'empty_topic_only'])
export type HeldTopicsPolicy = z.infer<typeof HeldTopicsPolicy>

/** Why no message goes to this topic (permissions §3), or null. @param topic normalised */
export function refusedTopic(policy: HeldTopicsPolicy, topic: string): AppError | null {
  if (policy === 'disable_empty_topic' && topic === '')
    return badRequest('Sending messages to the general chat is not allowed in this channel.')
  if (policy === 'empty_topic_only' && topic !== '')
    return badRequest('Only the general chat topic is allowed in this channel.')
  return null
}
