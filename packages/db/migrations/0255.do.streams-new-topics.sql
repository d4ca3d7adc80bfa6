-- Who begins topics in a channel: at first everybody who may post there (2).
ALTER TABLE streams.channels
  ADD COLUMN can_create_topic_group integer NOT NULL DEFAULT 2;

GRANT UPDATE (can_create_topic_group) ON streams.channels TO svc_streams;

CREATE OR REPLACE VIEW streams.v1_channels AS
  SELECT org_id, channel_id, recipient_id, name, name_key, description, invite_only,
         history_public_to_subscribers, is_web_public, archived, creator_id, created_at,
         can_add_subscribers_group, can_administer_channel_group, can_remove_subscribers_group,
         can_send_message_group, can_subscribe_group,
         can_move_messages_out_of_channel_group, can_move_messages_within_channel_group,
         can_delete_any_message_group, can_delete_own_message_group, can_resolve_topics_group,
         can_create_topic_group
  FROM streams.channels;
