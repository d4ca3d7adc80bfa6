-- What people say of themselves at present. An empty status keeps its row.
CREATE TABLE messaging.statuses (
  org_id        integer NOT NULL,
  user_id       integer NOT NULL,
  status_text   text NOT NULL,
  emoji_name    text NOT NULL,
  emoji_code    text NOT NULL,
  reaction_type text NOT NULL,
  PRIMARY KEY (org_id, user_id)
);
ALTER TABLE messaging.statuses ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.statuses FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.statuses
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
GRANT SELECT, INSERT ON messaging.statuses TO svc_messaging;
GRANT UPDATE (status_text, emoji_name, emoji_code, reaction_type) ON messaging.statuses TO svc_messaging;

INSERT INTO events.emitters (role, type) VALUES ('svc_messaging', 'user.status-changed') ON CONFLICT DO NOTHING;
