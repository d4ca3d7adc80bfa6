-- Who deletes messages of a channel and resolves its topics: at first nobody beside those whom the organisation lets (8).
ALTER TABLE streams.channels
  ADD COLUMN can_delete_any_message_group integer NOT NULL DEFAULT 8,
  ADD COLUMN can_delete_own_message_group integer NOT NULL DEFAULT 8,
  ADD COLUMN can_resolve_topics_group integer NOT NULL DEFAULT 8;

GRANT UPDATE (can_delete_any_message_group, can_delete_own_message_group, can_resolve_topics_group)
  ON streams.channels TO svc_streams;

CREATE OR REPLACE VIEW streams.v1_channels AS
  SELECT org_id, channel_id, recipient_id, name, name_key, description, invite_only,
         history_public_to_subscribers, is_web_public, archived, creator_id, created_at,
         can_add_subscribers_group, can_administer_channel_group, can_remove_subscribers_group,
         can_send_message_group, can_subscribe_group,
         can_move_messages_out_of_channel_group, can_move_messages_within_channel_group,
         can_delete_any_message_group, can_delete_own_message_group, can_resolve_topics_group
  FROM streams.channels;
