-- What an organisation set otherwise than at first, by name; what each may be is declared in packages/api.
CREATE TABLE auth.settings (
  org_id   integer PRIMARY KEY REFERENCES auth.organisations,
  settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object')
);
ALTER TABLE auth.settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.settings FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON auth.settings
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT, INSERT, UPDATE (settings) ON auth.settings TO svc_auth;
GRANT UPDATE (name, description) ON auth.organisations TO svc_auth;

CREATE VIEW auth.v1_settings AS SELECT org_id, settings FROM auth.settings;
GRANT SELECT ON auth.v1_settings TO svc_auth, svc_streams, svc_messaging;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY[
  'organisation.set',
  'organisation.settings-changed'
]) AS type
ON CONFLICT DO NOTHING;
