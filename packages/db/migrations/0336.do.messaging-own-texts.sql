-- What people write for themselves: drafts of messages, and texts to be used again.
CREATE SEQUENCE messaging.draft_ids AS integer;
CREATE TABLE messaging.drafts (
  org_id    integer NOT NULL,
  user_id   integer NOT NULL,
  draft_id  integer NOT NULL DEFAULT nextval('messaging.draft_ids'),
  type      text NOT NULL CHECK (type IN ('', 'stream', 'private')),
  "to"      integer[] NOT NULL,
  topic     text NOT NULL,
  content   text NOT NULL,
  edited_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, user_id, draft_id)
);

CREATE SEQUENCE messaging.snippet_ids AS integer;
CREATE TABLE messaging.snippets (
  org_id     integer NOT NULL,
  user_id    integer NOT NULL,
  snippet_id integer NOT NULL DEFAULT nextval('messaging.snippet_ids'),
  title      text NOT NULL,
  content    text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, user_id, snippet_id)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['drafts', 'snippets'] LOOP
    EXECUTE format('ALTER TABLE messaging.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE messaging.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY organisation ON messaging.%I USING (org_id = nullif(current_setting(''app.org'', true), '''')::integer)',
      name);
  END LOOP;
END $$;

GRANT USAGE ON messaging.draft_ids, messaging.snippet_ids TO svc_messaging;
GRANT SELECT, INSERT, DELETE ON messaging.drafts, messaging.snippets TO svc_messaging;
GRANT UPDATE (type, "to", topic, content, edited_at) ON messaging.drafts TO svc_messaging;
GRANT UPDATE (title, content) ON messaging.snippets TO svc_messaging;

INSERT INTO events.emitters (role, type)
SELECT 'svc_messaging', type FROM unnest(ARRAY['draft.changed', 'snippet.changed']) AS type
ON CONFLICT DO NOTHING;
