-- Messages that their senders want sent later, and reminders of messages: those with a message they are about.
CREATE SEQUENCE messaging.scheduled_ids AS integer;
CREATE TABLE messaging.scheduled (
  org_id       integer NOT NULL,
  user_id      integer NOT NULL,
  scheduled_id integer NOT NULL DEFAULT nextval('messaging.scheduled_ids'),
  -- Whom it is for: a channel, or people with the sender among them.
  channel_id   integer,
  user_ids     integer[],
  topic        text NOT NULL,
  content      text NOT NULL,
  -- As it looked when it was written; it is rendered anew when it is sent.
  rendered     text NOT NULL,
  client       text NOT NULL,
  -- The organisation's address, by which links into it are known.
  url          text NOT NULL,
  sender_read  boolean NOT NULL,
  deliver_at   timestamptz NOT NULL,
  failed       boolean NOT NULL DEFAULT false,
  -- When it is due: at first as above; later while it cannot be sent by a fault of ours, after so many attempts.
  next_try_at  timestamptz NOT NULL,
  attempts     integer NOT NULL DEFAULT 0,
  about        bigint,
  PRIMARY KEY (org_id, user_id, scheduled_id),
  CHECK ((channel_id IS NULL) <> (user_ids IS NULL))
);
-- What is due, of one organisation and of all.
CREATE INDEX scheduled_due ON messaging.scheduled (org_id, next_try_at, scheduled_id) WHERE NOT failed;

ALTER TABLE messaging.scheduled ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.scheduled FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.scheduled
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
CREATE POLICY delivering ON messaging.scheduled FOR SELECT TO parley_owner
  USING (current_setting('app.delivering', true) = 'on');

-- Organisations with something due: two probes for each that has something scheduled, however much of it is due.
CREATE FUNCTION messaging.due_organisations(p_now bigint) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
  PERFORM set_config('app.delivering', 'on', true);
  RETURN QUERY
    WITH RECURSIVE waiting (org_id) AS (
      SELECT min(s.org_id) FROM messaging.scheduled s WHERE NOT s.failed
      UNION ALL
      SELECT (SELECT min(s.org_id) FROM messaging.scheduled s WHERE NOT s.failed AND s.org_id > w.org_id)
        FROM waiting w WHERE w.org_id IS NOT NULL
    )
    SELECT w.org_id FROM waiting w
      WHERE EXISTS (SELECT FROM messaging.scheduled s
        WHERE s.org_id = w.org_id AND NOT s.failed AND s.next_try_at <= to_timestamp(p_now));
  PERFORM set_config('app.delivering', '', true);
END $$;

REVOKE ALL ON FUNCTION messaging.due_organisations(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.due_organisations(bigint) TO svc_messaging;
GRANT USAGE ON messaging.scheduled_ids TO svc_messaging;
GRANT SELECT, INSERT, DELETE ON messaging.scheduled TO svc_messaging;
GRANT UPDATE (channel_id, user_ids, topic, content, rendered, deliver_at, next_try_at, attempts, failed)
  ON messaging.scheduled TO svc_messaging;

INSERT INTO events.emitters (role, type)
SELECT 'svc_messaging', type FROM unnest(ARRAY['scheduled.changed', 'reminder.changed']) AS type
ON CONFLICT DO NOTHING;
