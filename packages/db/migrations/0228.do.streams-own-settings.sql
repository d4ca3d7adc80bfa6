-- What people want to see of topics, and whom they do not want to read. Only their own.
CREATE TABLE streams.user_topics (
  org_id     integer NOT NULL,
  user_id    integer NOT NULL,
  channel_id integer NOT NULL,
  topic      text NOT NULL,
  -- As messages have it: topics are the same in any case.
  topic_key  text NOT NULL GENERATED ALWAYS AS (lower(topic)) STORED,
  -- 1 muted, 2 unmuted, 3 followed; who wants nothing of it has no row.
  policy     smallint NOT NULL CHECK (policy BETWEEN 1 AND 3),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, user_id, channel_id, topic_key)
);
CREATE TABLE streams.muted_users (
  org_id   integer NOT NULL,
  user_id  integer NOT NULL,
  muted_id integer NOT NULL CHECK (muted_id <> user_id),
  muted_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, user_id, muted_id)
);

ALTER TABLE streams.user_topics ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.user_topics FORCE ROW LEVEL SECURITY;
ALTER TABLE streams.muted_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.muted_users FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON streams.user_topics
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
CREATE POLICY organisation ON streams.muted_users
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));

GRANT SELECT, INSERT, DELETE ON streams.user_topics, streams.muted_users TO svc_streams;
GRANT UPDATE (topic, policy, changed_at) ON streams.user_topics TO svc_streams;

-- What narrows leave out.
CREATE VIEW streams.v1_topic_policies AS
  SELECT org_id, user_id, channel_id, topic_key, policy FROM streams.user_topics;
CREATE VIEW streams.v1_muted_channels AS
  SELECT org_id, user_id, channel_id FROM streams.subscriptions WHERE active AND is_muted;
GRANT SELECT ON streams.v1_topic_policies, streams.v1_muted_channels TO svc_messaging;

INSERT INTO events.emitters (role, type)
SELECT 'svc_streams', type FROM unnest(ARRAY[
  'muted-users.set', 'subscription.set', 'user-topic.set'
]) AS type
ON CONFLICT DO NOTHING;
