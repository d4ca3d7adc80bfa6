-- The bot that speaks for the server itself, one in each organisation. It is no account: it stands beside `auth.users`, so
-- nothing that lists, changes, groups or signs in accounts ever meets it, and no credential can refer to it. It has a
-- number of its own among theirs, because messages name their sender by one.
CREATE TABLE auth.system_bots (
  org_id      integer PRIMARY KEY REFERENCES auth.organisations,
  user_id     integer NOT NULL UNIQUE DEFAULT nextval('auth.user_ids'),
  email       text NOT NULL DEFAULT 'notification-bot@parley.invalid',
  full_name   text NOT NULL DEFAULT 'Notification Bot',
  date_joined timestamptz NOT NULL,
  name_key    text NOT NULL GENERATED ALWAYS AS (lower(full_name)) STORED
);
INSERT INTO auth.system_bots (org_id, date_joined)
  SELECT org_id, created_at FROM auth.organisations ORDER BY org_id
  ON CONFLICT DO NOTHING;

ALTER TABLE auth.system_bots ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.system_bots FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON auth.system_bots
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT, INSERT ON auth.system_bots TO svc_auth;

-- Which number is the bot's; no names, for gateways read this too.
CREATE VIEW auth.v1_system_bots AS SELECT org_id, user_id FROM auth.system_bots;
GRANT SELECT ON auth.v1_system_bots TO svc_auth, svc_streams, svc_messaging, svc_gateway;

-- Whose names and addresses are shown: the bot's as well, which `auth.v1_actors` leaves out.
CREATE OR REPLACE VIEW auth.v1_people AS
  SELECT org_id, user_id, email, delivery_email, email_address_visibility, full_name, role, is_active,
         is_bot, bot_type, bot_owner_id, date_joined, timezone, avatar_version,
         '/avatar/' || user_id || '?version=' || avatar_version AS avatar_url,
         email_key, name_key, shown_key
  FROM auth.users
  UNION ALL
  SELECT org_id, user_id, email, email, 1::smallint, full_name, 400::smallint, true,
         true, 1::smallint, NULL::integer, date_joined, ''::text, 1,
         '/avatar/' || user_id || '?version=1',
         email, name_key, email
  FROM auth.system_bots;
