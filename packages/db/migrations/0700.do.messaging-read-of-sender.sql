-- Which of a sender's messages somebody has unread, of the newest `p_most` before `p_before` (null: of all), ascending;
-- and the newest and the oldest that were looked at, and how many. The marks of each conversation are taken as a whole: they
-- may be long, and there are fewer of them than messages.
CREATE FUNCTION messaging.v1_unread_of_sender(p_org integer, p_user integer, p_sender integer, p_before bigint,
    p_most integer, OUT ids bigint[], OUT newest bigint, OUT oldest bigint, OUT looked integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET enable_bitmapscan = off SET enable_material = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_before bigint := coalesce(p_before, 9223372036854775807);
BEGIN
  WITH walked AS MATERIALIZED (
    SELECT m.message_id, m.recipient_id, m.read_by FROM messaging.messages m
      WHERE m.org_id = p_org AND m.sender_id = p_sender AND m.message_id < v_before
      ORDER BY m.message_id DESC LIMIT p_most
  ), unread AS (
    SELECT g.recipient_id, unnest(g.ids * r.ranges - coalesce((
        SELECT s.ranges FROM messaging.read_state s
          WHERE s.org_id = p_org AND s.user_id = p_user AND s.recipient_id = g.recipient_id), '{}')) AS part
      FROM (SELECT w.recipient_id, range_agg(int8range(w.message_id, w.message_id + 1)) AS ids
        FROM walked w WHERE p_user <> ALL (w.read_by) GROUP BY w.recipient_id) AS g
      CROSS JOIN LATERAL (SELECT r.ranges FROM messaging.received r
        WHERE r.org_id = p_org AND r.user_id = p_user AND r.recipient_id = g.recipient_id LIMIT 1) AS r
  )
  SELECT (SELECT coalesce(array_agg(id ORDER BY id), '{}')
      FROM unread u CROSS JOIN LATERAL generate_series(lower(u.part), upper(u.part) - 1) AS id),
    max(w.message_id), min(w.message_id), count(*)
    INTO ids, newest, oldest, looked FROM walked w;
END $$;
REVOKE ALL ON FUNCTION messaging.v1_unread_of_sender(integer, integer, integer, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_unread_of_sender(integer, integer, integer, bigint, integer) TO svc_streams;

-- Marks these messages of one sender as read for somebody who has them unread, and the newest 5,000 of what the sender sent
-- after `p_after` (null: nothing of that). Behind the head, where everybody waits: so it is told what to look at, and is
-- told of few. Returns what was unread, ascending.
CREATE FUNCTION messaging.v2_read_of_sender(p_org integer, p_user integer, p_sender integer, p_ids bigint[],
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
    SELECT m.message_id, m.recipient_id, m.read_by FROM unnest(p_ids) AS c (id)
      CROSS JOIN LATERAL (SELECT m.message_id, m.recipient_id, m.read_by FROM messaging.messages m
        WHERE m.org_id = p_org AND m.message_id = c.id AND m.sender_id = p_sender LIMIT 1) AS m
    UNION ALL
    (SELECT n.message_id, n.recipient_id, n.read_by FROM messaging.messages n
      WHERE n.org_id = p_org AND n.sender_id = p_sender AND n.message_id > v_after
      ORDER BY n.message_id DESC LIMIT v_most)
  ), unread AS MATERIALIZED (
    SELECT g.recipient_id, id AS message_id
      FROM (SELECT w.recipient_id, range_agg(int8range(w.message_id, w.message_id + 1)) AS ids
        FROM walked w WHERE p_user <> ALL (w.read_by) GROUP BY w.recipient_id) AS g
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
  )
  SELECT coalesce(array_agg(u.message_id ORDER BY u.message_id), '{}') INTO v_ids FROM unread u;
  RETURN v_ids;
END $$;
REVOKE ALL ON FUNCTION messaging.v2_read_of_sender(integer, integer, integer, bigint[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v2_read_of_sender(integer, integer, integer, bigint[], bigint) TO svc_streams;

-- Who still asks for all of it at once has the newest read.
CREATE OR REPLACE FUNCTION messaging.v1_read_of_sender(p_org integer, p_user integer, p_sender integer, p_most integer)
RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_found record;
BEGIN
  SELECT u.ids, u.newest INTO v_found
    FROM messaging.v1_unread_of_sender(p_org, p_user, p_sender, NULL, least(p_most, 5000)) AS u;
  RETURN messaging.v2_read_of_sender(p_org, p_user, p_sender, v_found.ids, coalesce(v_found.newest, 0));
END $$;
