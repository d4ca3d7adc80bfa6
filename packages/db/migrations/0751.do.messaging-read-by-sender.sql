-- What is read by muting is kept by sender alone, and asked for beside what was read from the start: of 100,000 messages
-- among others' as many ranges would stay in what their reader has read, and be written anew with each piece.
CREATE OR REPLACE FUNCTION messaging.v2_unsubscribed(p_org integer, p_channel integer, p_users integer[], p_most integer)
RETURNS TABLE (user_id integer, message_ids bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE v_recipient integer;
BEGIN
  -- What is sent meanwhile comes after.
  PERFORM events.hold(p_org);
  SELECT recipient_id INTO STRICT v_recipient FROM messaging.recipients
    WHERE org_id = p_org AND channel_id = p_channel;
  RETURN QUERY
    SELECT leaver.u, array_agg(newest.message_id ORDER BY newest.message_id)
    FROM (SELECT DISTINCT u FROM unnest(p_users) AS u) AS leaver
    JOIN messaging.received r
      ON r.org_id = p_org AND r.user_id = leaver.u AND r.recipient_id = v_recipient
    LEFT JOIN messaging.read_state s
      ON s.org_id = p_org AND s.user_id = leaver.u AND s.recipient_id = v_recipient
    CROSS JOIN LATERAL (
      SELECT found.message_id
      FROM unnest(r.ranges - coalesce(s.ranges, '{}')) AS part
      CROSS JOIN LATERAL (
        SELECT m.message_id FROM messaging.messages m
        WHERE m.org_id = p_org AND m.recipient_id = v_recipient AND m.message_id >= lower(part)
          AND (upper_inf(part) OR m.message_id < upper(part))
          AND NOT (m.sender_id = leaver.u AND m.sender_read) AND leaver.u <> ALL (m.read_by)
          AND (m.unread_for IS NULL OR leaver.u = ANY (m.unread_for))
          AND NOT EXISTS (SELECT FROM messaging.read_by_muting q WHERE q.org_id = p_org AND q.sender_id = m.sender_id
            AND q.user_id = leaver.u AND q.ranges @> m.message_id)
        ORDER BY m.message_id DESC LIMIT p_most) AS found
      ORDER BY found.message_id DESC LIMIT p_most) AS newest
    GROUP BY leaver.u;
  PERFORM messaging.v1_unsubscribed(p_org, p_channel, p_users);
END $$;

CREATE OR REPLACE FUNCTION messaging.v1_unread_of_sender(p_org integer, p_user integer, p_sender integer, p_before bigint,
    p_most integer, OUT ids bigint[], OUT newest bigint, OUT oldest bigint, OUT looked integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET enable_bitmapscan = off SET enable_material = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_before bigint := coalesce(p_before, 9223372036854775807);
BEGIN
  WITH walked AS MATERIALIZED (
    SELECT m.message_id, m.recipient_id, m.read_by, m.unread_for FROM messaging.messages m
      WHERE m.org_id = p_org AND m.sender_id = p_sender AND m.message_id < v_before
      ORDER BY m.message_id DESC LIMIT p_most
  ), unread AS (
    SELECT g.recipient_id, unnest(g.ids * r.ranges - coalesce((
        SELECT s.ranges FROM messaging.read_state s
          WHERE s.org_id = p_org AND s.user_id = p_user AND s.recipient_id = g.recipient_id), '{}')
        - coalesce((SELECT q.ranges FROM messaging.read_by_muting q
          WHERE q.org_id = p_org AND q.sender_id = p_sender AND q.user_id = p_user), '{}')) AS part
      FROM (SELECT w.recipient_id, range_agg(int8range(w.message_id, w.message_id + 1)) AS ids
        FROM walked w WHERE p_user <> ALL (w.read_by) AND (w.unread_for IS NULL OR p_user = ANY (w.unread_for))
        GROUP BY w.recipient_id) AS g
      CROSS JOIN LATERAL (SELECT r.ranges FROM messaging.received r
        WHERE r.org_id = p_org AND r.user_id = p_user AND r.recipient_id = g.recipient_id LIMIT 1) AS r
  )
  SELECT (SELECT coalesce(array_agg(id ORDER BY id), '{}')
      FROM unread u CROSS JOIN LATERAL generate_series(lower(u.part), upper(u.part) - 1) AS id),
    max(w.message_id), min(w.message_id), count(*)
    INTO ids, newest, oldest, looked FROM walked w;
END $$;

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
          WHERE s.org_id = p_org AND s.user_id = p_user AND s.recipient_id = g.recipient_id), '{}')
        - coalesce((SELECT q.ranges FROM messaging.read_by_muting q
          WHERE q.org_id = p_org AND q.sender_id = p_sender AND q.user_id = p_user), '{}')) AS part
      CROSS JOIN LATERAL generate_series(lower(part), upper(part) - 1) AS id
  ), unseen AS (
    INSERT INTO messaging.read_by_muting AS t (org_id, sender_id, user_id, ranges)
      SELECT p_org, p_sender, p_user, range_agg(int8range(coalesce(
          -- From behind the one before it of theirs: all that is read so is one range, whatever others said between.
          (SELECT p.message_id + 1 FROM messaging.messages p
            WHERE p.org_id = p_org AND p.sender_id = p_sender AND p.message_id < u.message_id
            ORDER BY p.message_id DESC LIMIT 1), 0), u.message_id + 1))
        FROM unread u HAVING count(*) > 0
    ON CONFLICT (org_id, sender_id, user_id) DO UPDATE SET ranges = t.ranges + excluded.ranges
  )
  SELECT coalesce(array_agg(u.message_id ORDER BY u.message_id), '{}') INTO v_ids FROM unread u;
  RETURN v_ids;
END $$;
