import { channelHistory, channelAtoms, type Granted, holds, type Shown } from '@parley/access'
import type { ChannelId, RecipientId } from '@parley/core'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'
import { HeldTopicsPolicy } from '../rules/topics-policy.ts'

const TopicRow = z.object({ name: z.string(), max_id: z.int() })
export type TopicRow = z.output<typeof TopicRow>

/**
 * The channel's topics in their latest spelling, newest first: of all its messages where its history is the actor's
 * to read, else of those that came to them; to spectators of all.
 */
export async function readTopics(
  tx: Tx,
  proof: Granted<'channel:read'> | Shown<'spectator:channel'>,
): Promise<TopicRow[]> {
  const { object } = proof
  return !('actor' in proof) || holds(channelHistory, channelAtoms(proof.actor, object))
    ? tx.query(
        TopicRow,
        // From topic to topic along the index, whatever their number of messages.
        `WITH RECURSIVE walk (topic_key) AS (
           (SELECT topic_key FROM messaging.messages WHERE org_id = $1 AND recipient_id = $2
              ORDER BY topic_key LIMIT 1)
           UNION ALL
           SELECT (SELECT m.topic_key FROM messaging.messages m
                     WHERE m.org_id = $1 AND m.recipient_id = $2 AND m.topic_key > w.topic_key
                     ORDER BY m.topic_key LIMIT 1)
             FROM walk w WHERE w.topic_key IS NOT NULL)
         SELECT newest.topic AS name, newest.message_id AS max_id
           FROM walk w CROSS JOIN LATERAL (
             SELECT m.topic, m.message_id FROM messaging.messages m
              WHERE m.org_id = $1 AND m.recipient_id = $2 AND m.topic_key = w.topic_key
              ORDER BY m.message_id DESC LIMIT 1) AS newest
          ORDER BY max_id DESC`,
        [tx.org, object.recipientId],
      )
    : tx.query(
        TopicRow,
        `SELECT DISTINCT ON (m.topic_key) m.topic AS name, m.message_id AS max_id
           FROM messaging.received r CROSS JOIN unnest(r.ranges) AS g
           JOIN messaging.messages m ON m.org_id = $1 AND m.recipient_id = $2
             AND m.message_id >= lower(g) AND (upper_inf(g) OR m.message_id < upper(g))
          WHERE r.org_id = $1 AND r.recipient_id = $2 AND r.user_id = $3
          ORDER BY m.topic_key, m.message_id DESC`,
        [tx.org, object.recipientId, proof.actor.userId],
      )
}

/** Has the channel a message in this topic? A topic is there as long as it has one. */
export async function isTopic(
  tx: Tx,
  _: Granted<'message:send'> | Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  recipient: RecipientId,
  topic: string,
): Promise<boolean> {
  const [row] = await tx.query(
    z.object({ there: z.boolean() }),
    `SELECT EXISTS (SELECT FROM messaging.messages
       WHERE org_id = $1 AND recipient_id = $2 AND topic_key = lower($3)) AS there`,
    [tx.org, recipient, topic],
  )
  return row?.there === true
}

/** What holds for topics in a channel that messages are moved to or within. */
export async function readTopicsPolicy(
  tx: Tx,
  _: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  channel: ChannelId,
): Promise<HeldTopicsPolicy> {
  const row = only(
    await tx.query(
      z.object({ policy: HeldTopicsPolicy }),
      `SELECT messaging.topics_policy($1, c.topics_policy) AS policy FROM streams.v1_channels c
        WHERE c.org_id = $1 AND c.channel_id = $2`,
      [tx.org, channel],
    ),
  )
  return row.policy
}
