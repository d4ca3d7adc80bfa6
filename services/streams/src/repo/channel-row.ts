import { z } from 'zod'

/** A channel with what is counted beside it. */
export const ChannelRow = z.object({
  channel_id: z.int(),
  name: z.string(),
  description: z.string(),
  rendered_description: z.string(),
  invite_only: z.boolean(),
  history_public_to_subscribers: z.boolean(),
  is_web_public: z.boolean(),
  archived: z.boolean(),
  creator_id: z.int().nullable(),
  /** Unix seconds. */
  created_at: z.int(),
  subscriber_count: z.int(),
  first_message_id: z.int().nullable(),
  /** Unix seconds; null where nothing was sent. */
  last_sent_at: z.int().nullable(),
})
export type ChannelRow = z.infer<typeof ChannelRow>

/** The columns of `ChannelRow`, of a query in which `c` is streams.channels. */
export const channelColumns = `c.channel_id, c.name, c.description, c.rendered_description, c.invite_only,
  c.history_public_to_subscribers, c.is_web_public, c.archived, c.creator_id,
  extract(epoch FROM c.created_at)::bigint AS created_at,
  (SELECT count(*)::integer
     FROM streams.subscriptions n JOIN auth.v1_actors a USING (org_id, user_id)
    WHERE n.org_id = c.org_id AND n.channel_id = c.channel_id AND n.active AND a.is_active) AS subscriber_count,
  (SELECT m.first_message_id FROM messaging.v1_channel_activity m
    WHERE m.org_id = c.org_id AND m.channel_id = c.channel_id) AS first_message_id,
  (SELECT extract(epoch FROM m.last_sent_at)::bigint FROM messaging.v1_channel_activity m
    WHERE m.org_id = c.org_id AND m.channel_id = c.channel_id) AS last_sent_at`
