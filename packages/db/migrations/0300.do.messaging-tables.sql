-- Recipients, messages and what each reader received, read and flagged. There is no row per message and reader.
GRANT USAGE ON SCHEMA messaging TO svc_messaging, svc_streams;

CREATE SEQUENCE messaging.recipient_ids AS integer;
-- Drawn behind the organisation's head only, so that the order of ids is the order of commits.
CREATE SEQUENCE messaging.message_ids AS bigint;

-- Where messages go: a channel, or the people of a direct conversation (the sender among them).
CREATE TABLE messaging.recipients (
  org_id       integer NOT NULL,
  recipient_id integer NOT NULL DEFAULT nextval('messaging.recipient_ids'),
  channel_id   integer,
  -- Ascending and distinct; at most as many as an index entry holds.
  user_ids     integer[] CHECK (cardinality(user_ids) BETWEEN 1 AND 500),
  PRIMARY KEY (org_id, recipient_id),
  UNIQUE (org_id, channel_id),
  UNIQUE (org_id, user_ids),
  CHECK ((channel_id IS NULL) <> (user_ids IS NULL))
);

CREATE TABLE messaging.messages (
  org_id          integer NOT NULL,
  message_id      bigint NOT NULL,
  recipient_id    integer NOT NULL,
  sender_id       integer NOT NULL,
  topic           text NOT NULL,
  content         text NOT NULL,
  rendered        text NOT NULL,
  client          text NOT NULL,
  sent_at         timestamptz NOT NULL,
  -- The sender has read it: own messages have no other mark.
  sender_read     boolean NOT NULL,
  -- `@all` and the like: mentions every subscriber.
  channel_wildcard boolean NOT NULL DEFAULT false,
  -- `@topic`: the topic's participants at the time.
  topic_wildcard  integer[] NOT NULL DEFAULT '{}',
  edited_at       timestamptz,
  PRIMARY KEY (org_id, message_id),
  -- Recipients are never locked, deleted or re-keyed by others, so this costs no deadlock behind the head.
  FOREIGN KEY (org_id, recipient_id) REFERENCES messaging.recipients
);
CREATE INDEX messages_of_recipient ON messaging.messages (org_id, recipient_id, message_id);
CREATE INDEX messages_of_topic ON messaging.messages (org_id, recipient_id, lower(topic), message_id);
CREATE INDEX messages_of_sender ON messaging.messages (org_id, sender_id, message_id);

-- What came while the user was there; open-ended while they are. What is not in it is `historical` or not theirs.
CREATE TABLE messaging.received (
  org_id       integer NOT NULL,
  user_id      integer NOT NULL,
  recipient_id integer NOT NULL,
  ranges       int8multirange NOT NULL,
  PRIMARY KEY (org_id, user_id, recipient_id),
  FOREIGN KEY (org_id, recipient_id) REFERENCES messaging.recipients
);
CREATE INDEX received_of_recipient ON messaging.received (org_id, recipient_id, user_id);

-- What the user read. Own messages with `sender_read` count as read wherever they stand.
CREATE TABLE messaging.read_state (
  org_id       integer NOT NULL,
  user_id      integer NOT NULL,
  recipient_id integer NOT NULL,
  ranges       int8multirange NOT NULL,
  PRIMARY KEY (org_id, user_id, recipient_id),
  FOREIGN KEY (org_id, recipient_id) REFERENCES messaging.recipients
);

-- Only what names one user: stars, single mentions, collapsing, and messages taken from before one's time.
CREATE TABLE messaging.user_flags (
  org_id       integer NOT NULL,
  user_id      integer NOT NULL,
  message_id   bigint NOT NULL,
  recipient_id integer NOT NULL,
  starred      boolean NOT NULL DEFAULT false,
  mentioned    boolean NOT NULL DEFAULT false,
  collapsed    boolean NOT NULL DEFAULT false,
  historical   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, user_id, message_id)
);
CREATE INDEX user_flags_starred ON messaging.user_flags (org_id, user_id, message_id) WHERE starred;
CREATE INDEX user_flags_mentioned ON messaging.user_flags (org_id, user_id, message_id) WHERE mentioned;

-- One row per send, by key; it outlives the message, so that a repeated send never makes another.
CREATE TABLE messaging.send_keys (
  org_id     integer NOT NULL,
  key        bytea NOT NULL CHECK (length(key) = 32),
  request    bytea NOT NULL CHECK (length(request) = 32),
  message_id bigint NOT NULL,
  -- Drawn by messaging for one call: of no use once that call has ended.
  drawn      boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, key)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['recipients', 'messages', 'received', 'read_state', 'user_flags', 'send_keys'] LOOP
    EXECUTE format('ALTER TABLE messaging.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE messaging.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY organisation ON messaging.%I USING (org_id = nullif(current_setting(''app.org'', true), '''')::integer)',
      name);
  END LOOP;
END $$;

-- Sends go through messaging.send_batch; the service itself changes only what its readers mark.
GRANT SELECT ON messaging.recipients, messaging.messages, messaging.received, messaging.read_state,
  messaging.user_flags, messaging.send_keys TO svc_messaging;
GRANT UPDATE (sender_read) ON messaging.messages TO svc_messaging;
GRANT INSERT, UPDATE (ranges) ON messaging.received, messaging.read_state TO svc_messaging;
GRANT INSERT, UPDATE (starred, collapsed, historical) ON messaging.user_flags TO svc_messaging;
GRANT SELECT ON messaging.message_ids TO svc_messaging;
