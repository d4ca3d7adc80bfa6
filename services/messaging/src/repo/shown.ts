import type { Shown } from '@parley/access'
import { spectatorChannelsSql, type Tx } from '@parley/db'
import { z } from 'zod'
import type { Resolved } from '../facts/narrow-names.ts'
import { type Anchor, type Around, beyondNewest } from '../rules/anchor.ts'
import { inPieces } from '../rules/found-pieces.ts'
import { reachedBy } from './sent-since.ts'
import { wordsOf } from '../rules/words-of.ts'
import { mostFound } from './found.ts'
import { messageConditions } from './message-conditions.ts'
import { recipientConditions, Values } from './spans.ts'

const Id = z.object({ id: z.int() })

declare const displayed: unique symbol
/** Ids of messages in channels that spectators are shown, in this transaction; only the search here makes them. */
export type Displayed = readonly number[] & { readonly [displayed]: true }

/** Ids around an anchor, ascending, and how many of them are of which part. */
export interface ShownAround {
  readonly ids: Displayed
  readonly before: number
  readonly anchor: number
  readonly after: number
}

/** A narrow of who has no account. */
export interface ShownNarrow {
  readonly terms: readonly Resolved[]
  /** What an index found for its searches among what spectators are shown; null where it has none, or found too much. */
  readonly found: readonly number[] | null
}

interface Bound {
  readonly operator: '<' | '=' | '>' | '>='
  readonly limit: number
  /** Sent then or later. */
  readonly since?: Date
}

/** Looks for the words of a narrow in the channels that spectators are shown, by their index, as for accounts. */
export async function shownNarrow(
  tx: Tx,
  { spectator }: Shown<'spectator:look'>,
  terms: readonly Resolved[],
): Promise<ShownNarrow> {
  const words = wordsOf(terms)
  if (words === null) return { terms, found: null }
  const values = new Values()
  const org = values.add(spectator.orgId)
  const [row] = await tx.query(
    z.object({ ids: z.array(z.int()).nullable() }),
    `SELECT messaging.found(${org}, ${values.add(words)}, ARRAY(SELECT s.recipient_id FROM (${places(values, org, terms)}) AS s),
      ${values.add(mostFound)}) AS ids`,
    values.list,
  )
  return { terms, found: row?.ids ?? null }
}

/** The id that an anchor stands for in a narrow: beyond the newest where what it names is not there. */
export async function shownAnchor(
  tx: Tx,
  _: Shown<'spectator:look'>,
  narrow: ShownNarrow,
  anchor: Anchor,
): Promise<number> {
  if (typeof anchor === 'number') return anchor
  // To who has no account everything is read.
  if (anchor === 'first_unread') return beyondNewest
  const [first] = await search(tx, narrow, await reachedBy(tx, anchor), {
    operator: '>=',
    limit: 1,
    since: anchor,
  })
  return first ?? beyondNewest
}

/** The ids of a narrow around an anchor, in the channels that spectators are shown. */
export async function shownAround(
  tx: Tx,
  _: Shown<'spectator:look'>,
  narrow: ShownNarrow,
  { anchor, before, after, includeAnchor }: Around & { readonly anchor: number },
): Promise<ShownAround> {
  // Nothing lies beyond either end, nor on it.
  const part = async (bound: Bound, beyond: boolean): Promise<number[]> =>
    bound.limit === 0 || beyond ? [] : search(tx, narrow, anchor, bound)
  const [none, all] = [anchor <= 0, anchor >= beyondNewest]
  const [older, exact, newer] = await Promise.all([
    part({ operator: '<', limit: before }, none),
    part({ operator: '=', limit: includeAnchor ? 1 : 0 }, none || all),
    part({ operator: '>', limit: after }, all),
  ])
  return {
    ids: [...older.reverse(), ...exact, ...newer] as readonly number[] as Displayed,
    before: older.length,
    anchor: exact.length,
    after: newer.length,
  }
}

/** Conversations that spectators are shown and that a narrow leaves over. */
const places = (values: Values, org: string, terms: readonly Resolved[]): string =>
  `SELECT rc.recipient_id, rc.channel_id FROM messaging.recipients rc
    JOIN streams.v1_channels ch ON ch.org_id = ${org} AND ch.channel_id = rc.channel_id
    WHERE rc.org_id = ${org} AND ${spectatorChannelsSql('ch')} AND ${recipientConditions(values, terms)}`

const search = (tx: Tx, { terms, found }: ShownNarrow, anchor: number, bound: Bound): Promise<number[]> =>
  found
    ? inPieces(
        found,
        bound.limit,
        { bound: { ...bound, anchor }, newestFirst: bound.operator === '<' },
        (ids, limit) => searchIn(tx, terms, ids, anchor, { ...bound, limit }),
      )
    : searchIn(tx, terms, null, anchor, bound)

/** The nearest of each channel, then the nearest of those: each is one short walk along an index. @param among these alone */
async function searchIn(
  tx: Tx,
  terms: readonly Resolved[],
  among: readonly number[] | null,
  anchor: number,
  { operator, limit, since }: Bound,
): Promise<number[]> {
  const values = new Values()
  const org = values.add(tx.org)
  // Nothing that a spectator narrows by is anybody's own.
  const own = { user: 'NULL::integer', muted: 'false', received: 'false', inUnread: false }
  const looking = { org, terms, channel: 's.channel_id', ...own }
  const order = operator === '<' ? 'DESC' : 'ASC'
  const most = values.add(limit)
  const fits = `m.org_id = ${org} AND m.message_id ${operator} ${values.add(anchor)}
    AND ${since ? `m.sent_at >= ${values.add(since)}` : 'true'} AND ${messageConditions(values, looking)}`
  const from = among
    ? `SELECT m.message_id AS id FROM messaging.messages m JOIN places s ON s.recipient_id = m.recipient_id
       WHERE m.message_id = ANY (${values.add(among)}::bigint[]) AND ${fits}`
    : `SELECT m.id FROM places s CROSS JOIN LATERAL (
         SELECT m.message_id AS id FROM messaging.messages m WHERE m.recipient_id = s.recipient_id AND ${fits}
         ORDER BY m.message_id ${order} LIMIT ${most}) AS m`
  const rows = await tx.query(
    Id,
    `WITH places AS MATERIALIZED (${places(values, org, terms)}) ${from} ORDER BY id ${order} LIMIT ${most}`,
    values.list,
  )
  return rows.map(({ id }) => id)
}
