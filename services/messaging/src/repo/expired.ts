import type { Actor, Expiring } from '@parley/access'
import { type OrgId, orgId, recipientId } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { z } from 'zod'
import { channelColumns, channelFactsOf, ChannelRow } from '../facts/channel-facts.ts'

/** Messages that one transaction takes away: it happens behind the head, where everybody waits. */
const mostAtOnce = 100
/** So many are looked through for those of one topic. */
const mostLookedAt = 1000
/** So many channels and conversations are looked at by one statement. */
const mostPlaces = 2000

declare const expired: unique symbol
/** Ids of messages that are old enough; only `readExpired` makes them. */
export type Expired = readonly number[] & { readonly [expired]: true }
const asExpired = (ids: readonly number[]): Expired => ids as Expired

/** Organisations that keep messages for a time only, be it in one channel. */
export async function expiringOrganisations(database: Database): Promise<OrgId[]> {
  const rows = await database.once(
    z.object({ org: z.int() }),
    'SELECT org FROM messaging.expiring_organisations() AS org ORDER BY org',
  )
  return rows.map(({ org }) => orgId(org))
}

/** How long messages are kept: as the channel wants, else as the organisation does. */
const days = `coalesce(k.message_retention_days, (s.settings ->> 'message_retention_days')::integer, -1)`
const kept = `LEFT JOIN streams.v1_retention k ON k.org_id = r.org_id AND k.recipient_id = r.recipient_id
  LEFT JOIN auth.v1_settings s ON s.org_id = r.org_id`

const Place = z.object({ recipient: z.int(), due: z.boolean() })

/** Channels and conversations whose oldest message is old enough, and up to which all were looked at; null: to the last. */
export interface Places {
  readonly due: readonly number[]
  readonly upTo: number | null
}

/**
 * Looks at some channels and conversations, in order, from behind one of them on.
 * @param now seconds since the Unix epoch
 */
export async function readPlaces(tx: Tx, now: number, after: number): Promise<Places> {
  const rows = await tx.query(
    Place,
    `SELECT r.recipient_id AS recipient, coalesce(${days} > 0
         AND oldest.sent_at <= to_timestamp($2) - make_interval(hours => 24 * ${days}), false) AS due
       FROM (SELECT org_id, recipient_id FROM messaging.recipients
         WHERE org_id = $1 AND recipient_id > $3 ORDER BY recipient_id LIMIT $4) AS r ${kept}
       LEFT JOIN LATERAL (SELECT m.sent_at FROM messaging.messages m
         WHERE m.org_id = r.org_id AND m.recipient_id = r.recipient_id ORDER BY m.message_id LIMIT 1) AS oldest
         ON true
      ORDER BY r.recipient_id`,
    [tx.org, now, after, mostPlaces],
  )
  return {
    due: rows.flatMap(({ recipient, due }) => (due ? [recipient] : [])),
    upTo: rows.length < mostPlaces ? null : (rows.at(-1)?.recipient ?? null),
  }
}

const Row = z.object({
  days: z.int(),
  channel: ChannelRow.nullable(),
  ids: z.array(z.int()),
  upTo: z.int().nullable(),
})

/**
 * The oldest messages of a channel's one topic, or of a conversation, that are old enough; null where there are none. Asked
 * behind the head, so that nobody changes meanwhile for how long they are kept.
 * @param now seconds since the Unix epoch
 */
export async function readExpired(
  tx: Tx,
  actor: Actor,
  recipient: number,
  now: number,
): Promise<{ readonly facts: Expiring; readonly ids: Expired } | null> {
  const [row] = await tx.query(
    Row,
    `WITH place AS (
       SELECT r.recipient_id, ${days} AS days, r.channel_id FROM messaging.recipients r ${kept}
        WHERE r.org_id = $1 AND r.recipient_id = $2
     ), oldest AS (
       SELECT m.message_id, m.topic_key, m.sent_at FROM messaging.messages m
        WHERE m.org_id = $1 AND m.recipient_id = $2 ORDER BY m.message_id LIMIT $5
     ), gone AS (
       SELECT o.message_id, o.sent_at FROM oldest o, place p
        WHERE p.days > 0 AND o.sent_at <= to_timestamp($3) - make_interval(hours => 24 * p.days)
          AND o.topic_key = (SELECT topic_key FROM oldest ORDER BY message_id LIMIT 1)
        ORDER BY o.message_id LIMIT $6
     )
     SELECT p.days, (SELECT ${channelColumns('c', '$4')} FROM streams.v1_channels c
         WHERE c.org_id = $1 AND c.channel_id = p.channel_id) AS channel,
       ARRAY(SELECT message_id FROM gone ORDER BY message_id) AS ids,
       (SELECT ceil(extract(epoch FROM max(sent_at)))::bigint FROM gone) AS "upTo"
     FROM place p`,
    [tx.org, recipient, now, actor.userId, mostLookedAt, mostAtOnce],
  )
  const [first] = row?.ids ?? []
  if (!row || first === undefined || row.upTo === null) return null
  const facts: Expiring = {
    orgId: tx.org,
    recipientId: recipientId(recipient),
    channel: row.channel && channelFactsOf(tx.org, row.channel),
    messageId: first,
    keepsDays: row.days > 0 ? row.days : null,
    upTo: row.upTo,
    now,
  }
  return { facts, ids: asExpired(row.ids) }
}
