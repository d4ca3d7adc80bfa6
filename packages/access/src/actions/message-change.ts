import { type Actor, isAdmin, isModerator } from '../actor.ts'
import { allowIf, type Decision, deny, hide } from '../decision.ts'
import type { ChangingMessage, MessageFacts } from '../facts.ts'
import { roleIsIn, type SystemGroupId } from '../system-groups.ts'
import { messageRead } from './message.ts'

/** Seconds that a limit is stretched by for who began in time (permissions §4); deleting has none. */
const grace = 20

const inTime = (age: number, limit: number | null): boolean => limit === null || age <= limit + grace

/** Is the actor, or their role, in the group that a setting names? */
const has = (actor: Actor, group: SystemGroupId): boolean => roleIsIn(actor.role, group)

/** Changing anything about a message asks that it may be read, and that its channel is not archived (permissions §2). */
export function messageChange(actor: Actor, message: MessageFacts): Decision {
  const readable = messageRead(actor, message)
  return readable.ok && message.channel?.archived ? hide('archived') : readable
}

/** Changing what it says: its sender alone, whatever the others' roles are. */
export function messageEdit(actor: Actor, { message, age, policy }: ChangingMessage): Decision {
  const reachable = messageChange(actor, message)
  if (!reachable.ok) return reachable
  if (!policy.allowEditing) return deny('editing-disabled')
  if (message.senderId !== actor.userId) return deny('not-sender')
  return allowIf(inTime(age, policy.editLimit), deny('too-late'))
}

/** A message that goes to another topic of its channel. */
export interface TopicMove extends ChangingMessage {
  /** Only marks the topic as resolved, or as not: then there is no limit of time. */
  readonly resolves: boolean
}

/** Changing the topic: whoever the organisation lets, administrators, and the channel's own. */
export function messageMoveTopic(actor: Actor, move: TopicMove): Decision {
  const { message, age, policy, resolves } = move
  const reachable = messageChange(actor, message)
  if (!reachable.ok) return reachable
  if (!message.channel) return deny('moving-restricted')
  if (resolves) return allowIf(has(actor, policy.canResolveTopics), deny('moving-restricted'))
  const allowed = has(actor, policy.canMoveBetweenTopics) || isAdmin(actor) || message.channel.administers
  if (!allowed) return deny('moving-restricted')
  return allowIf(isModerator(actor) || inTime(age, policy.moveWithinLimit), deny('too-late'))
}
