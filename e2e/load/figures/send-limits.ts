import { openDatabase } from '../audience.ts'
import { bareCallers } from '../bare-callers.ts'
import { emptyBareTables, makeBareTables } from '../bare-tables.ts'
import type { Bench, Measuree } from '../bench.ts'
import type { ClosedLoop } from '../closed-loop.ts'
import { type Figure, type Table, timesLimit } from '../figure.ts'
import { atPace } from '../pace.ts'
import type { Pinned } from '../pinned.ts'
import { type Cost, inTurn, type Side } from '../rounds.ts'
import { text } from '../send-request.ts'
import { costTable } from '../tables.ts'

/** What the limits are measured beside, and how they are asked. */
export interface Beside {
  readonly measuree: Measuree
  /** Sends to the product. */
  readonly product: ClosedLoop
  /** How many a second the product has taken in this run. */
  readonly perSecond: number
  readonly senders: number
  /** Bare Fastify that does nothing with the form. */
  readonly edge: Pinned
  /** The same sends to whoever listens there. */
  loop(port: number): ClosedLoop
}

/**
 * What a durable send takes at the least, in turn with the product: the SQL alone, bare Fastify, and both together, as
 * fast as they can and at the product's pace. There all senders ask in one moment, as those do that were answered
 * together: that costs the bare programs less than if some or one at a time asked more often.
 */
export async function sendLimits(
  bench: Bench,
  beside: Beside,
): Promise<{ readonly figures: readonly Figure[]; readonly table: Table }> {
  const { measuree, perSecond, senders, edge } = beside
  const { ca, roots } = measuree
  await using database = await openDatabase(measuree)
  await makeBareTables(database)
  const port = measuree.product.state().processes.find(({ name }) => name === 'postgres')?.port ?? 0
  await using durable = await measuree.limit('durable', { port, callers: senders })
  const { rows } = await database.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`,
  )
  // Not what writes pages out behind: those of the product stand among them.
  const durableRoots = new Map([...durable.roots, ...rows.map(({ pid }) => [pid, 'walwriter'] as const)])
  const written = (loop: ClosedLoop): Side => ({
    roots: durableRoots,
    loop: {
      async run(...args) {
        const result = await loop.run(...args)
        await emptyBareTables(database)
        return result
      },
      [Symbol.dispose]() {},
    },
  })
  const sql = { port: durable.port, ca }
  using edgeLoop = beside.loop(edge.port)
  using durableLoop = beside.loop(durable.port)
  bench.progress(`measuring the limits, also at ${Math.round(perSecond)} sends a second`)
  const cost = await inTurn(
    {
      product: { loop: beside.product, roots },
      edgePaced: { loop: atPace(edgeLoop, perSecond, senders), roots: edge.roots },
      sql: written(bareCallers(sql, { content: text })),
      sqlPaced: written(bareCallers(sql, { content: text, perSecond })),
      durable: written(durableLoop),
      durablePaced: written(atPace(durableLoop, perSecond, senders)),
    },
    { warm: 4, seconds: 3, rounds: 3 },
  )
  const unit = 'ms CPU per send'
  const postgres = ({ byProcess }: Cost): number =>
    (byProcess['postgres'] ?? 0) + (byProcess['walwriter'] ?? 0)
  const times = (id: string, limit: Cost): Figure => timesLimit(id, cost.product.ms, limit.ms, unit, 5.5)
  return {
    figures: [
      times('send.paced', cost.edgePaced),
      times('send.durable', cost.durable),
      times('send.durable.paced', cost.durablePaced),
      // Only a part of a send beside the same part.
      timesLimit(
        'send.sql',
        postgres(cost.product),
        postgres(cost.sqlPaced),
        'ms CPU of Postgres per send',
        5.5,
      ),
    ],
    table: costTable(`Beside the least of a durable send; paced: ${Math.round(perSecond)} a second`, {
      'Parley, one channel': cost.product,
      'bare Fastify over TLS, the same form, paced': cost.edgePaced,
      'the bare SQL of a send, coalesced': cost.sql,
      'the bare SQL of a send, coalesced, paced': cost.sqlPaced,
      'bare Fastify that answers when the SQL is committed': cost.durable,
      'bare Fastify that answers when the SQL is committed, paced': cost.durablePaced,
    }),
  }
}
