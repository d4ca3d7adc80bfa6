import { channelContent, type Granted } from '@parley/access'
import { type MutedTopic, topicPolicy, UserTopic } from '@parley/api'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { rowsWhere } from './channels.ts'

const columns = `t.channel_id AS stream_id, t.topic AS topic_name,
  floor(extract(epoch FROM t.changed_at))::bigint AS last_updated, t.policy::integer AS visibility_policy`

/** What the actor set for topics, by channel and topic. */
export const readUserTopics = (tx: Tx, { actor }: Granted<'channel:list'>): Promise<UserTopic[]> =>
  tx.query(
    UserTopic,
    `SELECT ${columns} FROM streams.user_topics t WHERE t.org_id = $1 AND t.user_id = $2
     ORDER BY t.channel_id, t.topic_key`,
    [tx.org, actor.userId],
  )

/** The topics that the actor muted, with names of channels: only of those that they may read now. */
export async function readMutedTopics(
  tx: Tx,
  { actor }: Granted<'channel:list'> | Granted<'self:use'>,
): Promise<MutedTopic[]> {
  const rows = await tx.query(
    z.object({ name: z.string(), topic: z.string(), at: z.int() }),
    `SELECT c.name, t.topic, floor(extract(epoch FROM t.changed_at))::bigint AS at
     FROM streams.user_topics t JOIN streams.channels c USING (org_id, channel_id)
     WHERE t.org_id = $1 AND t.user_id = $2 AND t.policy = ${topicPolicy.muted} AND NOT c.archived
       AND ${rowsWhere(channelContent, actor, '$3')}
     ORDER BY c.channel_id, t.topic_key`,
    [tx.org, actor.userId, [...actor.groups]],
  )
  return rows.map(({ name, topic, at }) => [name, topic, at])
}

/** How many topics the actor set something for. */
export async function countUserTopics(tx: Tx, { actor }: Granted<'self:use'>): Promise<number> {
  const [row] = await tx.query(
    z.object({ count: z.int() }),
    'SELECT count(*)::integer AS count FROM streams.user_topics WHERE org_id = $1 AND user_id = $2',
    [tx.org, actor.userId],
  )
  return row?.count ?? 0
}

/** Sets something for a topic of a channel that the actor may read. @param at seconds since the Unix epoch */
export async function setUserTopic(
  tx: Tx,
  { actor, object }: Granted<'channel:find'>,
  { topic, policy, at }: { readonly topic: string; readonly policy: number; readonly at: number },
): Promise<UserTopic | null> {
  const [set] = await tx.query(
    UserTopic,
    `INSERT INTO streams.user_topics AS t (org_id, user_id, channel_id, topic, policy, changed_at)
     VALUES ($1, $2, $3, $4, $5, to_timestamp($6))
     ON CONFLICT (org_id, user_id, channel_id, topic_key)
       DO UPDATE SET topic = excluded.topic, policy = excluded.policy, changed_at = excluded.changed_at
       WHERE t.policy <> excluded.policy
     RETURNING ${columns}`,
    [tx.org, actor.userId, object.channelId, topic, policy, at],
  )
  return set ?? null
}

/** Ends what the actor set for a topic. @returns false where they had set nothing */
export async function endUserTopic(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  channel: number,
  topic: string,
): Promise<boolean> {
  const ended = await tx.query(
    z.object({ topic: z.string() }),
    `DELETE FROM streams.user_topics
     WHERE org_id = $1 AND user_id = $2 AND channel_id = $3::bigint AND topic_key = lower($4) RETURNING topic`,
    [tx.org, actor.userId, channel, topic],
  )
  return ended.length > 0
}
