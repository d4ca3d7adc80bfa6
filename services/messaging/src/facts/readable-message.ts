import type { Actor, MessageFacts } from '@parley/access'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { readMessageFacts } from './message-facts.ts'

/** What is said of a message that is not there or may not be known. */
export const invalidMessage = () => badRequest('Invalid message(s)')

/** What was read of a message. @throws AppError BAD_REQUEST where it is not there, any more */
export function there<T extends object>(found: T | null | undefined): T {
  if (!found) throw invalidMessage()
  return found
}

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
    return there(await readMessageFacts(tx, actor, input.message_id))
  },
  hidden: invalidMessage,
}
