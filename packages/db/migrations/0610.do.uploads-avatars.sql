-- The pictures that people gave themselves, in two sizes; who has no row has the picture that is made of the id.
CREATE TABLE uploads.avatars (
  org_id      integer NOT NULL,
  user_id     integer NOT NULL,
  path        text NOT NULL,
  medium_path text NOT NULL,
  PRIMARY KEY (org_id, user_id),
  FOREIGN KEY (org_id, path) REFERENCES uploads.images,
  FOREIGN KEY (org_id, medium_path) REFERENCES uploads.images
);
ALTER TABLE uploads.avatars ENABLE ROW LEVEL SECURITY;
ALTER TABLE uploads.avatars FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON uploads.avatars
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT, INSERT, DELETE ON uploads.avatars TO svc_uploads;

-- Where they are, for the service that knows who sees whom.
CREATE VIEW uploads.v1_avatars AS
  SELECT org_id, user_id, '/user_avatars/' || org_id || '/' || path AS url,
         '/user_avatars/' || org_id || '/' || medium_path AS medium_url
  FROM uploads.avatars;
GRANT SELECT ON uploads.v1_avatars TO svc_auth;

INSERT INTO events.emitters (role, type) VALUES ('svc_uploads', 'user.avatar-changed') ON CONFLICT DO NOTHING;
