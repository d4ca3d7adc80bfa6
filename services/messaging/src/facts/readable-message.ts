import type { Actor, MessageFacts } from '@parley/access'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { readMessageFacts } from './message-facts.ts'

/** What is said of a message that is not there or may not be known. */
export const invalidMessage = () => badRequest('Invalid message(s)')

/** The guard of endpoints about one message: one that may not be read answers as one that is not there. */
export const oneMessage = {
  async object({
    input,
    tx,
    actor,
  }: {
    readonly input: { readonly message_id: number }
    readonly tx: Tx
    readonly actor: Actor
  }): Promise<MessageFacts> {
    const facts = await readMessageFacts(tx, actor, input.message_id)
    if (!facts) throw invalidMessage()
    return facts
  },
  hidden: invalidMessage,
}
