import type { Actor, Answering } from '@parley/access'
import type { Tx } from '@parley/db'
import { readMessageFacts } from './message-facts.ts'

/** A message as the rule about adding to it sees it; null where there is none. */
export async function readAnswering(
  tx: Tx,
  actor: Actor,
  message: number,
  authorOnly: boolean,
): Promise<Answering | null> {
  const facts = await readMessageFacts(tx, actor, message)
  return facts && { message: facts, authorOnly }
}
