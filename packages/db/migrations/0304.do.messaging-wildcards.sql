-- Messages that mention everybody are few; who looks for mentions finds them here.
CREATE INDEX messages_to_all ON messaging.messages (org_id, message_id)
  WHERE channel_wildcard OR topic_wildcard <> '{}';
