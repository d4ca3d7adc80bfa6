import type { Actor } from '../actor.ts'
import { type Decision, hide } from '../decision.ts'
import type { MessageFacts } from '../facts.ts'
import { messageRead } from './message.ts'

/** Changing anything about a message asks that it may be read, and that its channel is not archived (permissions §2). */
export function messageReact(actor: Actor, message: MessageFacts): Decision {
  const readable = messageRead(actor, message)
  return readable.ok && message.channel?.archived ? hide('archived') : readable
}
