import { channelAtoms, type ChannelFacts, channelHistory, type Granted, holds } from '@parley/access'
import { maxUserTopics } from '@parley/api'
import type { MessageId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import type { RaisedPolicy } from '../rules/automatic-policy.ts'

/** A message that was sent to a channel. */
export interface SentTo {
  readonly topic: string
  readonly id: MessageId
  /** Whom it mentions one by one; nobody, where nobody follows topics for that. */
  readonly mentioned: readonly number[]
}

const State = z.object({ channelMuted: z.boolean(), policy: z.int(), begun: z.boolean() })

const mutedSql = `EXISTS (SELECT FROM streams.v1_muted_channels q
  WHERE q.org_id = $1 AND q.user_id = $2 AND q.channel_id = $3)`
const policySql = (
  topic: string,
): string => `coalesce((SELECT p.policy::integer FROM streams.v1_topic_policies p
  WHERE p.org_id = $1 AND p.user_id = $2 AND p.channel_id = $3 AND p.topic_key = lower(${topic})), 0)`

/**
 * What the sender of a message set for its channel and topic, and whether the topic had begun before it: as far as they may
 * know, which where history is kept from newcomers are the messages that came to them.
 */
export async function readSentTopic(
  tx: Tx,
  { actor, object }: Granted<'message:send'>,
  { topic, id }: SentTo,
): Promise<z.output<typeof State> | null> {
  if (object.kind !== 'channel') return null
  const { channel } = object
  const before = holds(channelHistory, channelAtoms(actor, channel))
    ? `SELECT FROM messaging.messages m
        WHERE m.org_id = $1 AND m.recipient_id = $6 AND m.topic_key = lower($4) AND m.message_id < $5`
    : `SELECT FROM messaging.received r CROSS JOIN unnest(r.ranges) AS g
        JOIN messaging.messages m ON m.org_id = $1 AND m.recipient_id = $6 AND m.topic_key = lower($4)
          AND m.message_id >= lower(g) AND (upper_inf(g) OR m.message_id < upper(g)) AND m.message_id < $5
        WHERE r.org_id = $1 AND r.recipient_id = $6 AND r.user_id = $2`
  const [row] = await tx.query(
    State,
    `SELECT ${mutedSql} AS "channelMuted", ${policySql('$4')} AS policy, EXISTS (${before}) AS begun`,
    [tx.org, actor.userId, channel.channelId, topic, id, channel.recipientId],
  )
  return row ?? null
}

/**
 * Whom the message mentions, and whom it came to and who still gets what is said there, that follow topics where they are
 * mentioned; neither who follows it already nor who muted it, or its sender, which counts for more.
 */
export async function readMentionFollowers(
  tx: Tx,
  { actor, object }: Granted<'message:send'>,
  { topic, id, mentioned }: SentTo,
): Promise<number[]> {
  if (object.kind !== 'channel' || mentioned.length === 0) return []
  const { channelId, recipientId } = object.channel
  const rows = await tx.query(
    z.object({ user: z.int() }),
    `SELECT f.user_id AS "user" FROM auth.v1_follows_mentions f
      JOIN auth.v1_actors a ON a.org_id = $1 AND a.user_id = f.user_id AND a.is_active AND NOT a.is_bot
      JOIN messaging.received r ON r.org_id = $1 AND r.user_id = f.user_id AND r.recipient_id = $5
        AND r.ranges @> $6::bigint AND upper_inf(r.ranges)
      LEFT JOIN streams.v1_topic_policies p
        ON p.org_id = $1 AND p.user_id = f.user_id AND p.channel_id = $3 AND p.topic_key = lower($4)
      WHERE f.org_id = $1 AND f.user_id = ANY ($7::integer[]) AND f.user_id <> $2
        AND coalesce(p.policy, 0) NOT IN (1, 3)
        AND NOT EXISTS (SELECT FROM streams.v1_muted_users q
          WHERE q.org_id = $1 AND q.user_id = f.user_id AND q.muted_id = $2)
      ORDER BY f.user_id`,
    [tx.org, actor.userId, channelId, topic, recipientId, id, mentioned],
  )
  return rows.map(({ user }) => user)
}

const TakenPart = z.object({
  topic: z.string(),
  follow: z.int(),
  unmute: z.int(),
  channelMuted: z.boolean(),
  policy: z.int(),
})

/** The topic of the proof's message, and what the actor set and wants of it; null where they want nothing by itself. */
export async function readTakenPart(
  tx: Tx,
  granted: Granted<'message:react'> | Granted<'message:answer'>,
): Promise<(z.output<typeof TakenPart> & { readonly channel: ChannelFacts }) | null> {
  const { actor, object } = granted
  const { messageId, channel } = 'message' in object ? object.message : object
  if (!channel || actor.isBot) return null
  const [row] = await tx.query(
    TakenPart,
    `SELECT m.topic, w.follow, w.unmute, ${mutedSql} AS "channelMuted", ${policySql('m.topic')} AS policy
      FROM auth.v1_automatic_topics w
      JOIN messaging.messages m ON m.org_id = $1 AND m.message_id = $4
      WHERE w.org_id = $1 AND w.user_id = $2`,
    [tx.org, actor.userId, channel.channelId, messageId],
  )
  return row ? { ...row, channel } : null
}

/** Topics for which something is set beyond which nothing is by itself: by hand there is always room for more. */
const mostByThemselves = maxUserTopics - 500

/** What becomes of a topic, and for whom. */
export interface Raising {
  readonly channel: ChannelFacts
  readonly topic: string
  readonly users: readonly number[]
  readonly policy: RaisedPolicy
  /** Also for who muted it. */
  readonly evenMuted: boolean
  /** Seconds since the Unix epoch. */
  readonly at: number
}

/** Has people hear more of a topic, behind the head. @returns those for whom that is news */
export async function raiseTopic(
  tx: Tx,
  _: Granted<'message:send'> | Granted<'message:react'> | Granted<'message:answer'>,
  { channel, topic, users, policy, evenMuted, at }: Raising,
): Promise<number[]> {
  const rows = await tx.query(
    z.object({ user: z.int() }),
    'SELECT r AS "user" FROM streams.v1_raise_topic($1, $2, $3, $4::integer[], $5, $6, $7, $8) AS r ORDER BY r',
    [tx.org, channel.channelId, topic, users, policy, evenMuted, mostByThemselves, at],
  )
  return rows.map(({ user }) => user)
}
