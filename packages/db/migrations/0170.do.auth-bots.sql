-- Bots of people: accounts with an owner, who may change, and data that a bot keeps for itself.
GRANT UPDATE (bot_owner_id) ON auth.users TO svc_auth;
CREATE INDEX users_bots ON auth.users (org_id, bot_owner_id, user_id) WHERE is_bot;

CREATE TABLE auth.bot_storage (
  org_id  integer NOT NULL,
  user_id integer NOT NULL,
  key     text NOT NULL COLLATE "C",
  value   text NOT NULL,
  PRIMARY KEY (org_id, user_id, key),
  FOREIGN KEY (org_id, user_id) REFERENCES auth.users
);
ALTER TABLE auth.bot_storage ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.bot_storage FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON auth.bot_storage
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT, INSERT, DELETE, UPDATE (value) ON auth.bot_storage TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY['bot.changed', 'bot.given']) AS type
ON CONFLICT DO NOTHING;
