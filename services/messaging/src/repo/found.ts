import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { KnownSpans, type Resolved } from '../facts/narrow-names.ts'
import { wordsOf } from '../rules/words-of.ts'
import { type MessageRule, spansSql, Values } from './spans.ts'

/** Most messages that are looked at one by one; words of more are met soon enough by walking along the messages. */
export const mostFound = 5_000

const Found = z.object({
  ids: z
    .custom<readonly number[]>((list) => Array.isArray(list) && list.every(Number.isSafeInteger))
    .nullable(),
  spans: KnownSpans,
})

/**
 * Adds to a narrow with searches a term that names the messages they may find, where these are few. Words are looked for
 * in the conversations that the actor may read and that the narrow leaves over, each by itself: what stands elsewhere is
 * neither counted nor looked at, and what stands there is still to be held against the rest.
 */
export async function withFound(
  tx: Tx,
  { actor }: Granted<'message:list'>,
  terms: readonly Resolved[],
  rule: MessageRule = 'message:read',
): Promise<readonly Resolved[]> {
  const words = wordsOf(terms)
  if (words === null) return terms
  const values = new Values()
  const org = values.add(tx.org)
  const spans = spansSql(values, org, values.add(actor.userId), { actor, terms, unread: false, rule })
  const [row] = await tx.query(
    Found,
    `SELECT messaging.found(${org}, ${values.add(words)}, s.conversations, ${values.add(mostFound)}) AS ids,
        json_build_object('recipients', s.recipients::text, 'lo', s.lo::text, 'hi', s.hi::text) AS spans
      FROM (SELECT coalesce(array_agg(DISTINCT s.recipient_id), '{}') AS conversations,
          coalesce(array_agg(s.recipient_id), '{}') AS recipients, coalesce(array_agg(s.lo), '{}') AS lo,
          coalesce(array_agg(s.hi), '{}') AS hi
        FROM (${spans}) AS s) AS s`,
    values.list,
  )
  return row?.ids ? [...terms, { kind: 'found', ids: row.ids, spans: row.spans, negated: false }] : terms
}
