-- Folders that channels are shown in.
CREATE SEQUENCE streams.folder_ids AS integer;
GRANT USAGE ON SEQUENCE streams.folder_ids TO svc_streams;

CREATE TABLE streams.folders (
  org_id      integer NOT NULL,
  folder_id   integer NOT NULL DEFAULT nextval('streams.folder_ids'),
  name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
  -- As of channels: the form by which names are unique.
  name_key    text NOT NULL CHECK (name_key <> ''),
  description text NOT NULL DEFAULT '',
  rendered_description text NOT NULL DEFAULT '',
  creator_id  integer,
  created_at  timestamptz NOT NULL,
  archived    boolean NOT NULL DEFAULT false,
  position    integer NOT NULL,
  PRIMARY KEY (org_id, folder_id)
);
-- Archived folders give up their names.
CREATE UNIQUE INDEX folder_names ON streams.folders (org_id, name_key) WHERE NOT archived;

ALTER TABLE streams.folders ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.folders FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON streams.folders
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
REVOKE ALL ON streams.folders FROM svc_streams;
GRANT SELECT, INSERT ON streams.folders TO svc_streams;
GRANT UPDATE (name, name_key, description, rendered_description, archived, position) ON streams.folders TO svc_streams;

ALTER TABLE streams.channels ADD COLUMN folder_id integer,
  ADD FOREIGN KEY (org_id, folder_id) REFERENCES streams.folders;
GRANT UPDATE (folder_id) ON streams.channels TO svc_streams;

INSERT INTO events.emitters (role, type) VALUES ('svc_streams', 'folder.changed') ON CONFLICT DO NOTHING;
