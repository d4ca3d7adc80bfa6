-- Who does not show when they are there.
CREATE VIEW auth.v1_presence_hidden AS
  SELECT org_id, user_id FROM auth.user_settings WHERE settings @> '{"presence_enabled": false}';
GRANT SELECT ON auth.v1_presence_hidden TO svc_messaging;
