-- What readers added to polls and lists of tasks. What makes a message one of these is its text, and stands nowhere else.
CREATE TABLE messaging.submessages (
  org_id        integer NOT NULL,
  message_id    bigint NOT NULL,
  -- Drawn as ids of messages are, so always above its message's.
  submessage_id bigint NOT NULL DEFAULT nextval('messaging.message_ids'),
  sender_id     integer NOT NULL,
  content       text NOT NULL,
  PRIMARY KEY (org_id, message_id, submessage_id)
);
ALTER TABLE messaging.submessages ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.submessages FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.submessages
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
GRANT SELECT, INSERT, DELETE ON messaging.submessages TO svc_messaging;
GRANT USAGE ON SEQUENCE messaging.message_ids TO svc_messaging;

INSERT INTO events.emitters (role, type)
SELECT 'svc_messaging', type FROM unnest(ARRAY['submessage.added', 'submessage.added-within']) AS type
ON CONFLICT DO NOTHING;
