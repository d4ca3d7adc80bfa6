import type { Granted } from '@parley/access'
import type { MessageFlag } from '@parley/api'
import type { Tx } from '@parley/db'
import type { MessageAudience, MessageUpdated } from '@parley/events'
import { z } from 'zod'
import { flagsOf } from '../present/flags.ts'
import { readAtBirthOf } from './read-at-birth.ts'

const Row = z.object({
  user: z.int(),
  read: z.boolean(),
  starred: z.boolean(),
  collapsed: z.boolean(),
  mentioned: z.boolean(),
  alerted: z.boolean(),
  historical: z.boolean(),
  channelWildcard: z.boolean(),
  topicWildcard: z.boolean(),
})

/**
 * The flags that a message has for each of those who are told of its change: what most of them have, and who has others.
 * @param id one of those that change with the proof's
 */
export async function readToldFlags(
  tx: Tx,
  { object }: Granted<'message:change'>,
  id: number,
  { channel, users, within }: MessageAudience,
): Promise<MessageUpdated['flags']> {
  const rows = await tx.query(
    Row,
    `SELECT t.user_id AS "user", coalesce(f.starred, false) AS starred, coalesce(f.collapsed, false) AS collapsed,
        coalesce(f.mentioned, false) AS mentioned, coalesce(f.alerted, false) AS alerted,
        NOT got.yes OR coalesce(f.historical, false) AS historical,
        m.channel_wildcard AS "channelWildcard", w.user_id IS NOT NULL AS "topicWildcard",
        NOT got.yes OR ${readAtBirthOf('t.user_id')} OR EXISTS (
          SELECT FROM messaging.read_state s
          WHERE s.org_id = $1 AND s.user_id = t.user_id AND s.recipient_id = m.recipient_id AND s.ranges @> m.message_id
        ) AS read
      FROM (
        SELECT u AS user_id FROM unnest($3::integer[]) AS u
        UNION
        SELECT s.user_id FROM streams.v1_subscriptions s WHERE s.org_id = $1 AND s.channel_id = $4
      ) AS t
      JOIN messaging.messages m ON m.org_id = $1 AND m.message_id = $2
      -- Joined, for both may be everybody of a large channel.
      LEFT JOIN (
        SELECT DISTINCT unnest(n.topic_wildcard) AS user_id FROM messaging.messages n
        WHERE n.org_id = $1 AND n.message_id = $2
      ) AS w ON w.user_id = t.user_id
      LEFT JOIN messaging.user_flags f ON f.org_id = $1 AND f.user_id = t.user_id AND f.message_id = m.message_id
      CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT FROM messaging.received r
        WHERE r.org_id = $1 AND r.user_id = t.user_id AND r.recipient_id = m.recipient_id AND r.ranges @> m.message_id
      ) AS yes) AS got
      ORDER BY t.user_id`,
    [tx.org, id, users, within || !object.channel ? null : channel],
  )
  const groups = new Map<string, { readonly flags: MessageFlag[]; readonly user_ids: number[] }>()
  for (const { user, ...marks } of rows) {
    const flags = flagsOf(marks)
    const group = groups.get(flags.join()) ?? { flags, user_ids: [] }
    groups.set(flags.join(), group)
    group.user_ids.push(user)
  }
  const [most, ...others] = [...groups.values()].sort((a, b) => b.user_ids.length - a.user_ids.length)
  return { usual: most?.flags ?? [], others }
}
