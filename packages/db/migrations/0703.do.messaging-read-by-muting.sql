-- What of a sender's messages counts as read for somebody because they muted the sender: receipts do not name them for it.
-- By sender, wherever the messages stand or go; ranges go over the numbers of what others said.
CREATE TABLE messaging.read_by_muting (
  org_id    integer NOT NULL,
  sender_id integer NOT NULL,
  user_id   integer NOT NULL,
  ranges    int8multirange NOT NULL,
  PRIMARY KEY (org_id, sender_id, user_id)
);
ALTER TABLE messaging.read_by_muting ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.read_by_muting FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.read_by_muting
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
GRANT SELECT, UPDATE (ranges) ON messaging.read_by_muting TO svc_messaging;

-- As before, and keeps what it marks.
CREATE OR REPLACE FUNCTION messaging.v2_read_of_sender(p_org integer, p_user integer, p_sender integer, p_ids bigint[],
    p_after bigint) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET enable_bitmapscan = off SET enable_material = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_most CONSTANT integer := 5000;
  v_after bigint := coalesce(p_after, 9223372036854775807);
  v_ids bigint[];
BEGIN
  IF cardinality(p_ids) > v_most THEN
    RAISE EXCEPTION 'more messages than are marked at once' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  PERFORM events.hold(p_org);
  WITH walked AS MATERIALIZED (
    SELECT m.message_id, m.recipient_id, m.read_by, m.unread_for FROM unnest(p_ids) AS c (id)
      CROSS JOIN LATERAL (SELECT m.message_id, m.recipient_id, m.read_by, m.unread_for FROM messaging.messages m
        WHERE m.org_id = p_org AND m.message_id = c.id AND m.sender_id = p_sender LIMIT 1) AS m
    UNION ALL
    (SELECT n.message_id, n.recipient_id, n.read_by, n.unread_for FROM messaging.messages n
      WHERE n.org_id = p_org AND n.sender_id = p_sender AND n.message_id > v_after
      ORDER BY n.message_id DESC LIMIT v_most)
  ), unread AS MATERIALIZED (
    SELECT g.recipient_id, id AS message_id
      FROM (SELECT w.recipient_id, range_agg(int8range(w.message_id, w.message_id + 1)) AS ids
        FROM walked w WHERE p_user <> ALL (w.read_by) AND (w.unread_for IS NULL OR p_user = ANY (w.unread_for))
        GROUP BY w.recipient_id) AS g
      CROSS JOIN LATERAL (SELECT r.ranges FROM messaging.received r
        WHERE r.org_id = p_org AND r.user_id = p_user AND r.recipient_id = g.recipient_id LIMIT 1) AS r
      CROSS JOIN LATERAL unnest(g.ids * r.ranges - coalesce((
        SELECT s.ranges FROM messaging.read_state s
          WHERE s.org_id = p_org AND s.user_id = p_user AND s.recipient_id = g.recipient_id), '{}')) AS part
      CROSS JOIN LATERAL generate_series(lower(part), upper(part) - 1) AS id
  ), marked AS (
    INSERT INTO messaging.read_state AS t (org_id, user_id, recipient_id, ranges)
      SELECT p_org, p_user, u.recipient_id, range_agg(int8range(coalesce(
          -- From behind the one before it, so that neighbours are one range.
          (SELECT p.message_id + 1 FROM messaging.messages p
            WHERE p.org_id = p_org AND p.recipient_id = u.recipient_id AND p.message_id < u.message_id
            ORDER BY p.message_id DESC LIMIT 1), 0), u.message_id + 1))
        FROM unread u GROUP BY u.recipient_id
      ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = t.ranges + excluded.ranges
  ), unseen AS (
    INSERT INTO messaging.read_by_muting AS t (org_id, sender_id, user_id, ranges)
      SELECT p_org, p_sender, p_user, range_agg(int8range(coalesce(
          (SELECT p.message_id + 1 FROM messaging.messages p
            WHERE p.org_id = p_org AND p.sender_id = p_sender AND p.message_id < u.message_id
            ORDER BY p.message_id DESC LIMIT 1), 0), u.message_id + 1))
        FROM unread u HAVING count(*) > 0
    ON CONFLICT (org_id, sender_id, user_id) DO UPDATE SET ranges = t.ranges + excluded.ranges
  )
  SELECT coalesce(array_agg(u.message_id ORDER BY u.message_id), '{}') INTO v_ids FROM unread u;
  RETURN v_ids;
END $$;
