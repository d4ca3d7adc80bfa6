import type { Granted } from '@parley/access'
import { UserTopic } from '@parley/api'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'
import { rangesOfIds } from '../rules/id-ranges.ts'
import type { Readable } from './fetch.ts'

/** From which topic to which, and what went there. */
export interface Went {
  readonly before: string
  readonly after: string
  readonly ids: Readable
}

/** The channels that the messages came from and are in now. */
export function channelsOf(granted: Granted<'message:move-topic'> | Granted<'message:move-channel'>) {
  const from = granted.object.message.channel
  return { from, to: granted.action === 'message:move-channel' ? granted.object.target : from }
}

const Extent = z.object({ whole: z.boolean(), merged: z.boolean() })

/** Has all of the topic gone, and was there anything where it went? Behind the head, when it is there. */
export async function readExtent(
  tx: Tx,
  granted: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  { before, after, ids }: Went,
): Promise<z.output<typeof Extent>> {
  const { from, to } = channelsOf(granted)
  return only(
    await tx.query(
      Extent,
      `SELECT NOT EXISTS (SELECT FROM messaging.messages m
          WHERE m.org_id = $1 AND m.recipient_id = $2 AND m.topic_key = lower($3)) AS whole,
        EXISTS (SELECT FROM messaging.messages m
          WHERE m.org_id = $1 AND m.recipient_id = $4 AND m.topic_key = lower($5)
            AND m.message_id <> ALL ($6::bigint[])) AS merged`,
      [tx.org, from?.recipientId ?? 0, before, to?.recipientId ?? 0, after, ids],
    ),
  )
}

const { visibility_policy: Policy } = UserTopic.shape
const Row = z.object({ user: z.int(), policy: Policy, there: Policy.nullable() })
/** What somebody set for the topic, and for the one it became; null where they set nothing. */
export type Chosen = z.output<typeof Row>

/**
 * Who set something for the topic and may read both there and here. In a channel that keeps its history from who was not
 * there, topics are known to those who have their messages.
 */
export function readChosen(
  tx: Tx,
  granted: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  { before, after, ids }: Went,
): Promise<Chosen[]> {
  const { from, to } = channelsOf(granted)
  const reads = (channel: string, isPublic: string): string =>
    `(EXISTS (SELECT FROM streams.v1_subscriptions s
       WHERE s.org_id = $1 AND s.channel_id = ${channel} AND s.user_id = p.user_id) OR ${isPublic} AND a.role < 600)`
  return tx.query(
    Row,
    `SELECT p.user_id AS "user", p.policy::integer AS policy, t.policy::integer AS there
      FROM streams.v1_topic_policies p
      JOIN auth.v1_actors a ON a.org_id = $1 AND a.user_id = p.user_id
      LEFT JOIN streams.v1_topic_policies t
        ON t.org_id = $1 AND t.user_id = p.user_id AND t.channel_id = $4 AND t.topic_key = lower($5)
      WHERE p.org_id = $1 AND p.channel_id = $2 AND p.topic_key = lower($3)
        AND ${reads('$2', '$6')} AND ${reads('$4', '$7')}
        AND ($8 OR EXISTS (SELECT FROM messaging.received r
          WHERE r.org_id = $1 AND r.user_id = p.user_id AND r.recipient_id = $9 AND r.ranges && $10::int8multirange))
      ORDER BY p.user_id`,
    [
      tx.org,
      from?.channelId ?? 0,
      before,
      to?.channelId ?? 0,
      after,
      from?.inviteOnly === false,
      to?.inviteOnly === false,
      to?.inviteOnly === false || to?.historyPublicToSubscribers === true,
      to?.recipientId ?? 0,
      rangesOfIds(ids),
    ],
  )
}

/**
 * Ends what people set for the topic and sets it for the one it became.
 * @param wanted of each what is set there; null where what they have there stays
 * @param at seconds since the Unix epoch
 */
export async function carryTopic(
  tx: Tx,
  granted: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  { before, after }: Went,
  wanted: readonly { readonly user: number; readonly policy: number | null }[],
  at: number,
): Promise<void> {
  const { from, to } = channelsOf(granted)
  await tx.execute('SELECT streams.v1_carry_topic($1, $2, $3, $4, $5, $6::integer[], $7::smallint[], $8)', [
    tx.org,
    from?.channelId ?? 0,
    before,
    to?.channelId ?? 0,
    after,
    wanted.map(({ user }) => user),
    wanted.map(({ policy }) => policy),
    at,
  ])
}
