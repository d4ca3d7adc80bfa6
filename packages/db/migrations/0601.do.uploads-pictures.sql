-- The pictures that an organisation has of itself; a kind without a row is the one that all begin with.
CREATE TABLE uploads.pictures (
  org_id integer NOT NULL,
  kind   text NOT NULL CHECK (kind IN ('icon', 'logo', 'night_logo')),
  path   text NOT NULL,
  PRIMARY KEY (org_id, kind),
  FOREIGN KEY (org_id, path) REFERENCES uploads.images
);
ALTER TABLE uploads.pictures ENABLE ROW LEVEL SECURITY;
ALTER TABLE uploads.pictures FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON uploads.pictures
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT, INSERT, DELETE ON uploads.pictures TO svc_uploads;
-- One that was replaced is shown nowhere any more.
GRANT DELETE ON uploads.images TO svc_uploads;

-- Shown to whoever comes to sign in.
CREATE VIEW uploads.v1_icon AS
  SELECT org_id, '/user_avatars/' || org_id || '/' || path AS url FROM uploads.pictures WHERE kind = 'icon';
GRANT USAGE ON SCHEMA uploads TO svc_auth;
GRANT SELECT ON uploads.v1_icon TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_uploads', type FROM unnest(ARRAY['organisation.picture-changed', 'organisation.picture-set']) AS type
ON CONFLICT DO NOTHING;
