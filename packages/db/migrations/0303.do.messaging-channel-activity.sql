-- What lists of channels show of their messages. Each column is one probe of an index, made only where it is asked for.
CREATE VIEW messaging.v1_channel_activity AS
  SELECT r.org_id, r.channel_id,
    (SELECT m.message_id FROM messaging.messages m
      WHERE m.org_id = r.org_id AND m.recipient_id = r.recipient_id
      ORDER BY m.message_id LIMIT 1) AS first_message_id,
    (SELECT m.sent_at FROM messaging.messages m
      WHERE m.org_id = r.org_id AND m.recipient_id = r.recipient_id
      ORDER BY m.message_id DESC LIMIT 1) AS last_sent_at
  FROM messaging.recipients r
  WHERE r.channel_id IS NOT NULL;

GRANT SELECT ON messaging.v1_channel_activity TO svc_streams, svc_messaging;
