-- Who reported which message for which reason: the same is said once.
CREATE TABLE messaging.reported (
  org_id      integer NOT NULL,
  user_id     integer NOT NULL,
  message_id  bigint NOT NULL,
  report_type text NOT NULL,
  reported_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, user_id, message_id, report_type)
);
ALTER TABLE messaging.reported ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.reported FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.reported
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
GRANT SELECT, INSERT, UPDATE (reported_at) ON messaging.reported TO svc_messaging;
