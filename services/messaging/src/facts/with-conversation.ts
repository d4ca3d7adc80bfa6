import { type Actor, decide } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { badNarrow, type Term } from '../rules/narrow.ts'
import { readMessageFacts } from './message-facts.ts'

/** A term that names no message to take the conversation of. */
export type Plain = Exclude<Term, { kind: 'with' }>

const Row = z.object({ topic: z.string(), users: z.array(z.int()).nullable() })

const isPlain = (term: Term): term is Plain => term.kind !== 'with'
const places: ReadonlySet<Term['kind']> = new Set(['channel', 'topic', 'people', 'direct', 'including'])

/**
 * Puts the conversation that a `with` term's message is in now in the place of what the narrow says of channel, topic
 * and people. A message that may not be read counts for nothing, as one that is not there.
 * @throws AppError BAD_NARROW where there is then no conversation
 */
export async function withConversation(tx: Tx, actor: Actor, terms: readonly Term[]): Promise<Plain[]> {
  const plain = terms.filter(isPlain)
  const named = terms.find((term) => term.kind === 'with')
  if (!named) return plain
  const facts = await readMessageFacts(tx, actor, named.id)
  if (!facts || !decide('message:read', actor, facts).ok) {
    const has = (kind: Term['kind']): boolean => plain.some((term) => !term.negated && term.kind === kind)
    if (has('people') || (has('channel') && has('topic'))) return plain
    throw badNarrow("'with' names no conversation")
  }
  const [row] = await tx.query(
    Row,
    `SELECT m.topic, rc.user_ids AS users FROM messaging.messages m
      JOIN messaging.recipients rc ON rc.org_id = m.org_id AND rc.recipient_id = m.recipient_id
      WHERE m.org_id = $1 AND m.message_id = $2`,
    [tx.org, facts.messageId],
  )
  const rest = plain.filter((term) => term.negated || !places.has(term.kind))
  const negated = false
  if (facts.channel)
    return [
      { kind: 'channel', channel: { id: facts.channel.channelId }, negated },
      { kind: 'topic', topic: row?.topic ?? '', negated },
      ...rest,
    ]
  return [{ kind: 'people', people: (row?.users ?? []).map((id) => ({ id })), negated }, ...rest]
}
