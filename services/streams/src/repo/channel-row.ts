import { ChannelGroupIds, channelGroupColumns } from '@parley/db'
import { z } from 'zod'

/** A channel with what is counted beside it. */
export const ChannelRow = z
  .object({
    channel_id: z.int(),
    name: z.string(),
    description: z.string(),
    rendered_description: z.string(),
    invite_only: z.boolean(),
    history_public_to_subscribers: z.boolean(),
    is_web_public: z.boolean(),
    archived: z.boolean(),
    is_default: z.boolean(),
    folder_id: z.int().nullable(),
    message_retention_days: z.int().nullable(),
    creator_id: z.int().nullable(),
    /** Unix seconds. */
    created_at: z.int(),
    subscriber_count: z.int(),
    first_message_id: z.int().nullable(),
    /** Unix seconds; null where nothing was sent. */
    last_sent_at: z.int().nullable(),
    /** By group id, of those that permissions name people and groups by in place. */
    setting_values: z.record(
      z.string(),
      z.object({ direct_members: z.array(z.int()), direct_subgroups: z.array(z.int()) }),
    ),
  })
  .extend(ChannelGroupIds.shape)
export type ChannelRow = z.infer<typeof ChannelRow>

const columns = `c.channel_id, c.name, c.description, c.rendered_description, c.invite_only,
  c.history_public_to_subscribers, c.is_web_public, c.archived, c.is_default, c.folder_id, c.message_retention_days, c.creator_id, ${channelGroupColumns('c')},
  coalesce((SELECT jsonb_object_agg(v.group_id, jsonb_build_object('direct_members', v.direct_members,
      'direct_subgroups', v.direct_subgroups))
    FROM auth.v1_setting_values(c.org_id, ARRAY[${channelGroupColumns('c')}]) v), '{}') AS setting_values,
  extract(epoch FROM c.created_at)::bigint AS created_at,
  coalesce(counts.subscriber_count, 0) AS subscriber_count,
  (SELECT m.first_message_id FROM messaging.v1_channel_activity m
    WHERE m.org_id = c.org_id AND m.channel_id = c.channel_id) AS first_message_id,
  (SELECT extract(epoch FROM m.last_sent_at)::bigint FROM messaging.v1_channel_activity m
    WHERE m.org_id = c.org_id AND m.channel_id = c.channel_id) AS last_sent_at`

/**
 * A query for rows of `ChannelRow`. `from`: tables and conditions, with streams.channels as `c` and the organisation
 * as $1; `also`: further columns of them. Subscribers are counted once for all rows: one by one costs seconds where
 * there are a thousand channels.
 */
export const channelQuery = (from: string, also: readonly string[] = []): string =>
  `WITH listed AS MATERIALIZED (SELECT ${['c.*', ...also].join(', ')} FROM ${from}),
   counts AS (
     SELECT n.channel_id, count(*)::integer AS subscriber_count
     FROM streams.subscriptions n JOIN auth.v1_actors a USING (org_id, user_id)
     WHERE n.org_id = $1 AND n.active AND a.is_active AND n.channel_id IN (SELECT channel_id FROM listed)
     GROUP BY n.channel_id)
   SELECT ${[columns, ...also.map((column) => `c.${column.replace(/^.*\./, '')}`)].join(', ')}
   FROM listed c LEFT JOIN counts USING (channel_id)
   ORDER BY c.channel_id`
