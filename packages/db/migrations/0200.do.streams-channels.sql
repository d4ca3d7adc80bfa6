-- Channels and who is in them.
GRANT USAGE ON SCHEMA streams TO svc_streams, svc_messaging, svc_gateway;

CREATE SEQUENCE streams.channel_ids AS integer;
GRANT USAGE ON SEQUENCE streams.channel_ids TO svc_streams;

CREATE TABLE streams.channels (
  org_id       integer NOT NULL,
  channel_id   integer NOT NULL DEFAULT nextval('streams.channel_ids'),
  -- Drawn by messaging, which owns recipients.
  recipient_id integer NOT NULL,
  name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
  -- The name in the form by which names are unique (packages/api: channelNameKey).
  name_key     text NOT NULL CHECK (name_key <> ''),
  description  text NOT NULL DEFAULT '',
  rendered_description text NOT NULL DEFAULT '',
  invite_only  boolean NOT NULL,
  history_public_to_subscribers boolean NOT NULL,
  is_web_public boolean NOT NULL DEFAULT false,
  archived     boolean NOT NULL DEFAULT false,
  -- Who made it and administers it; null where the server did.
  creator_id   integer,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (org_id, channel_id),
  -- Archived channels keep their names.
  UNIQUE (org_id, name_key),
  UNIQUE (org_id, recipient_id),
  -- Web-public, public, private with shared history, private with protected history: nothing else.
  CHECK (CASE WHEN invite_only THEN NOT is_web_public ELSE history_public_to_subscribers END)
);

CREATE TABLE streams.subscriptions (
  org_id       integer NOT NULL,
  channel_id   integer NOT NULL,
  user_id      integer NOT NULL,
  -- Who left keeps the row: their settings are there when they come back.
  active       boolean NOT NULL DEFAULT true,
  color        text NOT NULL CHECK (color ~ '^#[0-9a-f]{6}$'),
  is_muted     boolean NOT NULL DEFAULT false,
  pin_to_top   boolean NOT NULL DEFAULT false,
  -- Null: as the account's own setting says.
  desktop_notifications    boolean,
  audible_notifications    boolean,
  push_notifications       boolean,
  email_notifications      boolean,
  wildcard_mentions_notify boolean,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (org_id, channel_id, user_id),
  FOREIGN KEY (org_id, channel_id) REFERENCES streams.channels
);
CREATE INDEX subscriptions_of_user ON streams.subscriptions (org_id, user_id, channel_id);

ALTER TABLE streams.channels ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.channels FORCE ROW LEVEL SECURITY;
ALTER TABLE streams.subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.subscriptions FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON streams.channels
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
CREATE POLICY organisation ON streams.subscriptions
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));

-- Nothing is deleted; a channel keeps its recipient, a subscription its channel and user.
REVOKE ALL ON streams.channels, streams.subscriptions FROM svc_streams;
GRANT SELECT, INSERT ON streams.channels, streams.subscriptions TO svc_streams;
GRANT UPDATE (name, name_key, description, rendered_description, invite_only, history_public_to_subscribers,
  is_web_public, archived) ON streams.channels TO svc_streams;
GRANT UPDATE (active, color, is_muted, pin_to_top, desktop_notifications, audible_notifications, push_notifications,
  email_notifications, wildcard_mentions_notify, changed_at) ON streams.subscriptions TO svc_streams;

-- What other schemas may read: the facts that decide, and the names that are shown. The owner's policies apply, so
-- each shows one organisation.
CREATE VIEW streams.v1_channels AS
  SELECT org_id, channel_id, recipient_id, name, name_key, description, invite_only,
         history_public_to_subscribers, is_web_public, archived, creator_id, created_at
  FROM streams.channels;

CREATE VIEW streams.v1_subscriptions AS
  SELECT org_id, channel_id, user_id
  FROM streams.subscriptions
  WHERE active;

GRANT SELECT ON streams.v1_channels, streams.v1_subscriptions TO svc_streams, svc_messaging, svc_gateway;
