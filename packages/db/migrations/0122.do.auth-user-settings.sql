-- What an account set otherwise than at first, by name; and what new accounts of an organisation begin with.
CREATE TABLE auth.user_settings (
  org_id   integer NOT NULL,
  user_id  integer NOT NULL,
  settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object'),
  PRIMARY KEY (org_id, user_id),
  FOREIGN KEY (org_id, user_id) REFERENCES auth.users
);
CREATE TABLE auth.user_settings_defaults (
  org_id   integer PRIMARY KEY REFERENCES auth.organisations,
  settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object')
);
ALTER TABLE auth.user_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.user_settings FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.user_settings_defaults ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.user_settings_defaults FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON auth.user_settings
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
CREATE POLICY organisation ON auth.user_settings_defaults
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT, INSERT, UPDATE (settings) ON auth.user_settings, auth.user_settings_defaults TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY[
  'account.set',
  'organisation.default-set'
]) AS type
ON CONFLICT DO NOTHING;
