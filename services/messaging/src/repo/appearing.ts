import type { Granted } from '@parley/access'
import { Reaction, Submessage } from '@parley/api'
import type { Tx } from '@parley/db'
import type { MessageAppeared } from '@parley/events'
import { z } from 'zod'
import type { Readable } from './fetch.ts'

const Mark = z.object({
  user: z.int(),
  starred: z.boolean(),
  collapsed: z.boolean(),
  mentioned: z.boolean(),
  alerted: z.boolean(),
  historical: z.boolean(),
})

const Row = z.object({
  message_id: z.int(),
  recipient_id: z.int(),
  sender_id: z.int(),
  sender_email: z.string(),
  sender_full_name: z.string(),
  sender_realm_str: z.string(),
  avatar_url: z.string(),
  client: z.string(),
  content: z.string(),
  rendered: z.string(),
  timestamp: z.int(),
  stream_id: z.int(),
  stream_name: z.string(),
  topic: z.string(),
  edited_at: z.int().nullable(),
  reactions: z.array(Reaction),
  submessages: z.array(Submessage),
  marks: z.array(Mark),
  wildcards: z.object({ channel: z.boolean(), topic: z.array(z.int()) }),
})

/** A message as it is told to whom it has come, whose marks on it there are, and whom it mentions as one of many. */
export type Appearing = Omit<
  MessageAppeared,
  'flags' | 'topic_links' | 'moved_at' | 'gravatar' | 'beside' | 'following'
> &
  Pick<z.output<typeof Row>, 'marks' | 'wildcards'>

/** Bytes of what is told of the messages: of all, and of the one of which most is. */
export async function countAppearing(
  tx: Tx,
  _granted: Granted<'message:move-channel'>,
  ids: Readable,
): Promise<{ readonly all: number; readonly most: number }> {
  const [row] = await tx.query(
    z.object({ all: z.int(), most: z.int() }),
    `SELECT coalesce(sum(bytes), 0)::bigint AS all, coalesce(max(bytes), 0)::bigint AS most
      FROM (SELECT octet_length(m.content) + octet_length(m.rendered)
          + coalesce((SELECT sum(octet_length(s.content) + 100) FROM messaging.submessages s
              WHERE s.org_id = m.org_id AND s.message_id = m.message_id), 0)
          + (SELECT 120 * count(*) FROM messaging.reactions e
              WHERE e.org_id = m.org_id AND e.message_id = m.message_id) AS bytes
        FROM messaging.messages m WHERE m.org_id = $1 AND m.message_id = ANY ($2::bigint[])) AS told`,
    [tx.org, ids],
  )
  return row ?? { all: 0, most: 0 }
}

/** The messages where they stand now, ascending. */
export const readAppearing = (
  tx: Tx,
  _granted: Granted<'message:move-channel'>,
  ids: Readable,
): Promise<Appearing[]> =>
  tx.query(
    Row,
    `SELECT m.message_id, m.recipient_id, m.sender_id, p.email AS sender_email, p.full_name AS sender_full_name,
        o.subdomain AS sender_realm_str, p.avatar_url, m.client, m.content,
        m.rendered, extract(epoch FROM m.sent_at)::bigint AS timestamp, rc.channel_id AS stream_id,
        ch.name AS stream_name, m.topic, extract(epoch FROM m.edited_at)::bigint AS edited_at,
        coalesce((SELECT jsonb_agg(jsonb_build_object('emoji_name', e.emoji_name, 'emoji_code', e.emoji_code,
            'reaction_type', e.reaction_type, 'user_id', e.user_id) ORDER BY e.place)
          FROM messaging.reactions e WHERE e.org_id = m.org_id AND e.message_id = m.message_id), '[]') AS reactions,
        coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.submessage_id, 'message_id', s.message_id,
            'sender_id', s.sender_id, 'msg_type', 'widget', 'content', s.content) ORDER BY s.submessage_id)
          FROM messaging.submessages s WHERE s.org_id = m.org_id AND s.message_id = m.message_id), '[]') AS submessages,
        coalesce((SELECT jsonb_agg(jsonb_build_object('user', f.user_id, 'starred', f.starred, 'collapsed', f.collapsed,
            'mentioned', f.mentioned, 'alerted', f.alerted, 'historical', f.historical))
          FROM messaging.user_flags f WHERE f.org_id = m.org_id AND f.message_id = m.message_id), '[]') AS marks,
        jsonb_build_object('channel', m.channel_wildcard, 'topic', m.topic_wildcard) AS wildcards
      FROM messaging.messages m
      JOIN messaging.recipients rc ON rc.org_id = m.org_id AND rc.recipient_id = m.recipient_id
      JOIN streams.v1_channels ch ON ch.org_id = m.org_id AND ch.channel_id = rc.channel_id
      JOIN auth.v1_organisation o ON o.org_id = m.org_id
      JOIN auth.v1_people p ON p.org_id = m.org_id AND p.user_id = m.sender_id
      WHERE m.org_id = $1 AND m.message_id = ANY ($2::bigint[])
      ORDER BY m.message_id`,
    [tx.org, ids],
  )
