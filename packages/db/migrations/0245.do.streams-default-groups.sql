-- Channels that new accounts may choose together.
CREATE SEQUENCE streams.default_group_ids AS integer;
GRANT USAGE ON SEQUENCE streams.default_group_ids TO svc_streams;

CREATE TABLE streams.default_groups (
  org_id      integer NOT NULL,
  group_id    integer NOT NULL DEFAULT nextval('streams.default_group_ids'),
  name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
  -- As of channels: the form by which names are unique.
  name_key    text NOT NULL CHECK (name_key <> ''),
  description text NOT NULL,
  PRIMARY KEY (org_id, group_id),
  UNIQUE (org_id, name_key)
);
CREATE TABLE streams.default_group_channels (
  org_id     integer NOT NULL,
  group_id   integer NOT NULL,
  channel_id integer NOT NULL,
  PRIMARY KEY (org_id, group_id, channel_id),
  FOREIGN KEY (org_id, group_id) REFERENCES streams.default_groups ON DELETE CASCADE,
  FOREIGN KEY (org_id, channel_id) REFERENCES streams.channels
);
CREATE INDEX default_groups_of_channel ON streams.default_group_channels (org_id, channel_id);

ALTER TABLE streams.default_groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.default_groups FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON streams.default_groups
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
ALTER TABLE streams.default_group_channels ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.default_group_channels FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON streams.default_group_channels
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
REVOKE ALL ON streams.default_groups, streams.default_group_channels FROM svc_streams;
GRANT SELECT, INSERT, DELETE ON streams.default_groups, streams.default_group_channels TO svc_streams;
GRANT UPDATE (name, name_key, description) ON streams.default_groups TO svc_streams;

INSERT INTO events.emitters (role, type) VALUES ('svc_streams', 'default-groups.changed') ON CONFLICT DO NOTHING;
