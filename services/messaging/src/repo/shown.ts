import type { Shown } from '@parley/access'
import { spectatorChannelsSql, type Tx } from '@parley/db'
import { z } from 'zod'
import type { Resolved } from '../facts/narrow-names.ts'
import { type Anchor, type Around, beyondNewest } from '../rules/anchor.ts'
import { reachedBy } from './sent-since.ts'
import { messageConditions, recipientConditions, Values } from './spans.ts'

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

interface Bound {
  readonly operator: '<' | '=' | '>' | '>='
  readonly limit: number
  /** Sent then or later. */
  readonly since?: Date
}

/** The id that an anchor stands for in a narrow: beyond the newest where what it names is not there. */
export async function shownAnchor(
  tx: Tx,
  _: Shown<'spectator:look'>,
  terms: readonly Resolved[],
  anchor: Anchor,
): Promise<number> {
  if (typeof anchor === 'number') return anchor
  // To who has no account everything is read.
  if (anchor === 'first_unread') return beyondNewest
  const [first] = await search(tx, terms, await reachedBy(tx, anchor), {
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
  terms: readonly Resolved[],
  { anchor, before, after, includeAnchor }: Around & { readonly anchor: number },
): Promise<ShownAround> {
  // Nothing lies beyond either end, nor on it.
  const part = async (bound: Bound, beyond: boolean): Promise<number[]> =>
    bound.limit === 0 || beyond ? [] : search(tx, terms, anchor, bound)
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

/** The nearest of each channel, then the nearest of those: each is one short walk along an index. */
async function search(
  tx: Tx,
  terms: readonly Resolved[],
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
  const rows = await tx.query(
    Id,
    `WITH places AS MATERIALIZED (
       SELECT rc.recipient_id, rc.channel_id FROM messaging.recipients rc
       JOIN streams.v1_channels ch ON ch.org_id = ${org} AND ch.channel_id = rc.channel_id
       WHERE rc.org_id = ${org} AND ${spectatorChannelsSql('ch')} AND ${recipientConditions(values, terms)})
     SELECT m.id FROM places s CROSS JOIN LATERAL (
       SELECT m.message_id AS id FROM messaging.messages m
       WHERE m.org_id = ${org} AND m.recipient_id = s.recipient_id AND m.message_id ${operator} ${values.add(anchor)}
         AND ${since ? `m.sent_at >= ${values.add(since)}` : 'true'} AND ${messageConditions(values, looking)}
       ORDER BY m.message_id ${order} LIMIT ${most}) AS m
     ORDER BY id ${order} LIMIT ${most}`,
    values.list,
  )
  return rows.map(({ id }) => id)
}
