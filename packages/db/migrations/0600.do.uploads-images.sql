-- Images of an organisation: its own emoji. What they are of is encrypted with a key of the organisation's, which is
-- itself encrypted with the installation's: whoever has the database alone has no picture.
CREATE SCHEMA uploads;
GRANT USAGE ON SCHEMA uploads TO svc_uploads, svc_messaging;
GRANT USAGE ON SCHEMA events, auth TO svc_uploads;
GRANT SELECT ON events.head TO svc_uploads;
GRANT EXECUTE ON FUNCTION events.org(), events.hold(int, bigint), events.append(int, bigint, jsonb) TO svc_uploads;
-- Who acts, and what the organisation lets people do.
GRANT SELECT ON auth.v1_actors, auth.v1_permissions TO svc_uploads;
GRANT EXECUTE ON FUNCTION auth.v1_groups_of(integer, integer[], timestamptz), auth.v1_waiting_period(integer) TO svc_uploads;

CREATE TABLE uploads.keys (
  org_id  integer PRIMARY KEY,
  wrapped bytea NOT NULL
);

CREATE TABLE uploads.images (
  org_id     integer NOT NULL,
  -- Where it is, below /user_avatars/{organisation}/: nobody guesses it.
  path       text NOT NULL,
  media_type text NOT NULL CHECK (media_type IN ('image/png', 'image/webp')),
  sealed     bytea NOT NULL CHECK (octet_length(sealed) <= 300000),
  PRIMARY KEY (org_id, path),
  FOREIGN KEY (org_id) REFERENCES uploads.keys
);

CREATE SEQUENCE uploads.emoji_ids AS integer;
CREATE TABLE uploads.emoji (
  org_id      integer NOT NULL,
  emoji_id    integer NOT NULL,
  name        text NOT NULL,
  author_id   integer NOT NULL,
  path        text NOT NULL,
  still_path  text,
  deactivated boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, emoji_id),
  FOREIGN KEY (org_id, path) REFERENCES uploads.images,
  FOREIGN KEY (org_id, still_path) REFERENCES uploads.images
);
CREATE UNIQUE INDEX emoji_name ON uploads.emoji (org_id, name) WHERE NOT deactivated;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['keys', 'images', 'emoji'] LOOP
    EXECUTE format('ALTER TABLE uploads.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE uploads.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY organisation ON uploads.%I USING (org_id = (SELECT nullif(current_setting(''app.org'', true), '''')::integer))', t
    );
  END LOOP;
END
$$;

GRANT SELECT, INSERT ON uploads.keys, uploads.images, uploads.emoji TO svc_uploads;
GRANT UPDATE (deactivated) ON uploads.emoji TO svc_uploads;
GRANT USAGE ON SEQUENCE uploads.emoji_ids TO svc_uploads;

-- What texts, reactions and statuses may name.
CREATE VIEW uploads.v1_emoji AS
  SELECT org_id, emoji_id, name, deactivated, '/user_avatars/' || org_id || '/' || path AS source_url FROM uploads.emoji;
GRANT SELECT ON uploads.v1_emoji TO svc_messaging;

INSERT INTO events.emitters (role, type)
SELECT 'svc_uploads', type FROM unnest(ARRAY['emoji.changed', 'emoji.set']) AS type
ON CONFLICT DO NOTHING;
