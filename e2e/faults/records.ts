import { z } from 'zod'
import type { ApiClient } from '@parley/testkit'
import type { Product } from '../product.ts'
import type { Story } from './check.ts'
import { superuser } from './database.ts'

const Page = z.object({
  found_newest: z.boolean(),
  messages: z.array(z.object({ id: z.int(), content: z.string() })),
})
const Logged = z.object({ seq: z.coerce.number(), message: z.int().nullable() })

/** A channel's whole history as a reader gets it, and the organisation's whole log as Postgres has it. */
export async function recordsOf(
  product: Pick<Product, 'data'>,
  org: number,
  reader: ApiClient,
  channel: string,
): Promise<Pick<Story, 'history' | 'log'>> {
  const history: { id: number; content: string }[] = []
  for (let more = true; more;) {
    const answer = await reader.ok('GET', '/messages', {
      anchor: history.at(-1)?.id ?? 'oldest',
      include_anchor: false,
      num_before: 0,
      num_after: 1000,
      narrow: [{ operator: 'channel', operand: channel }],
      apply_markdown: false,
    })
    const { messages, found_newest } = Page.parse(answer)
    history.push(...messages)
    more = !found_newest
  }
  const ids = new Set(history.map(({ id }) => id))
  const rows = await superuser(
    product,
    Logged,
    `SELECT seq, (body ->> 'message_id')::int AS message FROM events.log WHERE org_id = $1 ORDER BY seq`,
    [org],
  )
  const log = rows.map(({ seq, message }) => ({
    seq,
    messageId: message !== null && ids.has(message) ? message : null,
  }))
  return { history, log }
}
