-- What messages were before they were changed. One row is one change; what it did not touch is null.
CREATE TABLE messaging.edits (
  org_id        integer NOT NULL,
  message_id    bigint NOT NULL,
  -- The order in which they were made.
  place         bigint GENERATED ALWAYS AS IDENTITY,
  user_id       integer NOT NULL,
  edited_at     timestamptz NOT NULL,
  prev_content  text,
  prev_rendered text,
  prev_topic    text,
  topic         text,
  prev_channel  integer,
  channel       integer,
  PRIMARY KEY (org_id, message_id, place)
);
ALTER TABLE messaging.edits ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.edits FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.edits
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
GRANT SELECT, INSERT ON messaging.edits TO svc_messaging;

ALTER TABLE messaging.messages ADD COLUMN moved_at timestamptz;
GRANT UPDATE (topic, content, rendered, edited_at, moved_at, channel_wildcard, topic_wildcard)
  ON messaging.messages TO svc_messaging;

-- Who is mentioned changes with the text.
GRANT UPDATE (mentioned) ON messaging.user_flags TO svc_messaging;
CREATE INDEX user_flags_of_message ON messaging.user_flags (org_id, message_id);

INSERT INTO events.emitters (role, type)
SELECT 'svc_messaging', type FROM unnest(ARRAY['message.updated', 'message.updated-within']) AS type
ON CONFLICT DO NOTHING;
