import { topicsPolicies } from '@parley/access'
import { ChannelGroupIds, channelGroupColumns } from '@parley/db'
import { z } from 'zod'

/** What of a channel stands until its row is changed. */
export const StandingRow = z
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
    topics_policy: z.enum(topicsPolicies),
    creator_id: z.int().nullable(),
    /** Unix seconds. */
    created_at: z.int(),
  })
  .extend(ChannelGroupIds.shape)
export type StandingRow = z.infer<typeof StandingRow>

/** Whom a group that a permission names in place consists of. */
export const SettingValue = z.object({
  direct_members: z.array(z.int()),
  direct_subgroups: z.array(z.int()),
})
export type SettingValue = z.infer<typeof SettingValue>

/** A channel with what is counted beside it. */
export const ChannelRow = StandingRow.extend({
  subscriber_count: z.int(),
  first_message_id: z.int().nullable(),
  /** Unix seconds; null where nothing was sent. */
  last_sent_at: z.int().nullable(),
  /** By group id, of those that permissions name people and groups by in place. */
  setting_values: z.record(z.string(), SettingValue),
})
export type ChannelRow = z.infer<typeof ChannelRow>

/** Those of `StandingRow`, of streams.channels as `c`. */
export const standingColumns = `c.channel_id, c.name, c.description, c.rendered_description, c.invite_only,
  c.history_public_to_subscribers, c.is_web_public, c.archived, c.is_default, c.folder_id, c.message_retention_days,
  c.topics_policy, c.creator_id, ${channelGroupColumns('c')}, extract(epoch FROM c.created_at)::bigint AS created_at`

const columns = `${standingColumns},
  coalesce(named.setting_values, '{}') AS setting_values,
  coalesce(counts.subscribers, 0) AS subscriber_count,
  active.first_message_id,
  extract(epoch FROM active.last_sent_at)::bigint AS last_sent_at`

/**
 * A query for rows of `ChannelRow`. `from`: tables and conditions, with streams.channels as `c` and the organisation
 * as $1; `also`: further columns of them. What permissions name is read once for all rows: one by one costs a second
 * where there are thousands of channels.
 */
export const channelQuery = (from: string, also: readonly string[] = []): string =>
  `WITH listed AS MATERIALIZED (SELECT ${['c.*', ...also].join(', ')} FROM ${from}),
   given AS MATERIALIZED (
     SELECT c.channel_id, g.group_id FROM listed c CROSS JOIN unnest(ARRAY[${channelGroupColumns('c')}]) AS g (group_id)),
   named AS (
     SELECT given.channel_id, jsonb_object_agg(v.group_id, jsonb_build_object('direct_members', v.direct_members,
       'direct_subgroups', v.direct_subgroups)) AS setting_values
     FROM auth.v1_setting_values($1, ARRAY(SELECT DISTINCT group_id FROM given)) AS v JOIN given USING (group_id)
     GROUP BY given.channel_id)
   SELECT ${[columns, ...also.map((column) => `c.${column.replace(/^.*\./, '')}`)].join(', ')}
   FROM listed c
   LEFT JOIN named USING (channel_id)
   LEFT JOIN streams.subscriber_counts counts ON counts.org_id = $1 AND counts.channel_id = c.channel_id
   LEFT JOIN messaging.v1_channel_activity active ON active.org_id = $1 AND active.channel_id = c.channel_id
   ORDER BY c.channel_id`
