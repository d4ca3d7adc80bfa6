-- The first message of each channel and when, to the day, the last one was sent, kept beside what they are read from:
-- lists of thousands of channels show them, and looking each of them up took longer than all the rest. No row is none.
CREATE TABLE messaging.channel_activity (
  org_id           integer NOT NULL,
  channel_id       integer NOT NULL,
  first_message_id bigint,
  -- At most a day older than the last message, taken away since or not: a send into a channel in use writes nothing here.
  last_sent_at     timestamptz NOT NULL,
  PRIMARY KEY (org_id, channel_id)
);
ALTER TABLE messaging.channel_activity ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.channel_activity FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.channel_activity
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));

-- Whoever sends, takes away or moves messages holds the organisation's head, so no two of these wait for each other.
CREATE FUNCTION messaging.activity_sent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  INSERT INTO messaging.channel_activity AS a (org_id, channel_id, first_message_id, last_sent_at)
    SELECT s.org_id, r.channel_id, s.first, s.last
    FROM (SELECT org_id, recipient_id, min(message_id) AS first, max(sent_at) AS last
          FROM sent GROUP BY org_id, recipient_id) AS s
    JOIN messaging.recipients r USING (org_id, recipient_id)
    LEFT JOIN messaging.channel_activity k ON k.org_id = r.org_id AND k.channel_id = r.channel_id
    WHERE r.channel_id IS NOT NULL
      AND (k.first_message_id IS NULL OR k.first_message_id > s.first OR k.last_sent_at < s.last - interval '1 day')
    ON CONFLICT (org_id, channel_id) DO UPDATE SET
      first_message_id = least(a.first_message_id, EXCLUDED.first_message_id),
      last_sent_at = greatest(a.last_sent_at, EXCLUDED.last_sent_at);
  RETURN NULL;
END $$;
CREATE TRIGGER activity_sent AFTER INSERT ON messaging.messages
  REFERENCING NEW TABLE AS sent FOR EACH STATEMENT EXECUTE FUNCTION messaging.activity_sent();

CREATE FUNCTION messaging.activity_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE messaging.channel_activity a SET first_message_id = (
      SELECT m.message_id FROM messaging.messages m
        WHERE m.org_id = g.org_id AND m.recipient_id = g.recipient_id ORDER BY m.message_id LIMIT 1)
    FROM (SELECT org_id, recipient_id, min(message_id) AS first FROM gone GROUP BY org_id, recipient_id) AS g
    JOIN messaging.recipients r USING (org_id, recipient_id)
    WHERE a.org_id = r.org_id AND a.channel_id = r.channel_id AND a.first_message_id = g.first;
  RETURN NULL;
END $$;
CREATE TRIGGER activity_gone AFTER DELETE ON messaging.messages
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION messaging.activity_gone();

-- All rows are moved already when this is called for the first of them, so that the rest has nothing left to do.
CREATE FUNCTION messaging.activity_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  IF EXISTS (
    SELECT FROM messaging.recipients r JOIN messaging.channel_activity a USING (org_id, channel_id)
      WHERE r.org_id = OLD.org_id AND r.recipient_id = OLD.recipient_id AND a.first_message_id = OLD.message_id)
  THEN
    UPDATE messaging.channel_activity a SET first_message_id = (
        SELECT m.message_id FROM messaging.messages m
          WHERE m.org_id = OLD.org_id AND m.recipient_id = OLD.recipient_id ORDER BY m.message_id LIMIT 1)
      FROM messaging.recipients r
      WHERE r.org_id = OLD.org_id AND r.recipient_id = OLD.recipient_id
        AND a.org_id = r.org_id AND a.channel_id = r.channel_id;
  END IF;
  IF NOT EXISTS (
    SELECT FROM messaging.recipients r JOIN messaging.channel_activity a USING (org_id, channel_id)
      WHERE r.org_id = NEW.org_id AND r.recipient_id = NEW.recipient_id
        AND a.first_message_id <= NEW.message_id AND a.last_sent_at >= NEW.sent_at - interval '1 day')
  THEN
    INSERT INTO messaging.channel_activity AS a (org_id, channel_id, first_message_id, last_sent_at)
      SELECT r.org_id, r.channel_id, NEW.message_id, NEW.sent_at FROM messaging.recipients r
        WHERE r.org_id = NEW.org_id AND r.recipient_id = NEW.recipient_id AND r.channel_id IS NOT NULL
      ON CONFLICT (org_id, channel_id) DO UPDATE SET
        first_message_id = least(a.first_message_id, EXCLUDED.first_message_id),
        last_sent_at = greatest(a.last_sent_at, EXCLUDED.last_sent_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER activity_moved AFTER UPDATE OF recipient_id ON messaging.messages
  FOR EACH ROW WHEN (OLD.recipient_id <> NEW.recipient_id) EXECUTE FUNCTION messaging.activity_moved();

REVOKE ALL ON FUNCTION messaging.activity_sent(), messaging.activity_gone(), messaging.activity_moved() FROM PUBLIC;

-- What is there already; the triggers hold off writers until this is committed. Policies show one organisation at a time.
DO $$
DECLARE v_org integer;
BEGIN
  FOR v_org IN SELECT org_id FROM auth.organisations ORDER BY org_id LOOP
    PERFORM set_config('app.org', v_org::text, true);
    INSERT INTO messaging.channel_activity (org_id, channel_id, first_message_id, last_sent_at)
      SELECT org_id, channel_id, first_message_id, last_sent_at FROM messaging.v1_channel_activity
      WHERE org_id = v_org AND first_message_id IS NOT NULL;
  END LOOP;
  PERFORM set_config('app.org', '', true);
END $$;

CREATE OR REPLACE VIEW messaging.v1_channel_activity AS
  SELECT org_id, channel_id, first_message_id, last_sent_at
  FROM messaging.channel_activity;
