-- Whether messages of a channel need a topic, or may have none or nothing else; 'inherit': as the organisation says.
ALTER TABLE streams.channels
  ADD COLUMN topics_policy text NOT NULL DEFAULT 'inherit'
  CHECK (topics_policy IN ('inherit', 'allow_empty_topic', 'disable_empty_topic', 'empty_topic_only'));

GRANT UPDATE (topics_policy) ON streams.channels TO svc_streams;

CREATE OR REPLACE VIEW streams.v1_channels AS
  SELECT org_id, channel_id, recipient_id, name, name_key, description, invite_only,
         history_public_to_subscribers, is_web_public, archived, creator_id, created_at,
         can_add_subscribers_group, can_administer_channel_group, can_remove_subscribers_group,
         can_send_message_group, can_subscribe_group,
         can_move_messages_out_of_channel_group, can_move_messages_within_channel_group,
         can_delete_any_message_group, can_delete_own_message_group, can_resolve_topics_group,
         can_create_topic_group, topics_policy
  FROM streams.channels;

-- Who sets it is audited.
INSERT INTO events.emitters (role, type) VALUES ('svc_streams', 'channel.topics-policy-changed') ON CONFLICT DO NOTHING;
