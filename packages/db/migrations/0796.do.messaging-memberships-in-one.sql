-- As before, in fewer steps: behind the head everybody waits, and these are called for each who comes into a channel or leaves it.
-- What each asks is by keys, so it is planned once, and the head is taken once.
CREATE OR REPLACE FUNCTION messaging.v1_subscribed(p_org integer, p_channel integer, p_users integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_recipient integer;
  v_next bigint;
BEGIN
  PERFORM events.hold(p_org);
  SELECT last_value + is_called::integer INTO v_next FROM messaging.message_ids;
  SELECT recipient_id INTO STRICT v_recipient FROM messaging.recipients
    WHERE org_id = p_org AND channel_id = p_channel;
  INSERT INTO messaging.received AS r (org_id, user_id, recipient_id, ranges)
    SELECT p_org, u, v_recipient, int8multirange(int8range(v_next, NULL))
    FROM (SELECT DISTINCT u FROM unnest(p_users) AS u ORDER BY u) AS users
    ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges =
      -- Where nothing was sent between leaving and coming back, both stays are one range.
      r.ranges + int8range(
        CASE WHEN isempty(r.ranges) OR EXISTS (
          SELECT FROM messaging.messages m
          WHERE m.org_id = p_org AND m.recipient_id = v_recipient
            AND m.message_id >= upper(r.ranges) AND m.message_id < v_next)
        THEN v_next ELSE upper(r.ranges) END, NULL)::int8multirange
      WHERE NOT upper_inf(r.ranges);
END $$;

CREATE OR REPLACE FUNCTION messaging.v2_unsubscribed(p_org integer, p_channel integer, p_users integer[], p_most integer)
RETURNS TABLE (user_id integer, message_ids bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  v_recipient integer;
  v_next bigint;
BEGIN
  -- What is sent meanwhile comes after.
  PERFORM events.hold(p_org);
  SELECT last_value + is_called::integer INTO v_next FROM messaging.message_ids;
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
  -- As v1_unsubscribed.
  UPDATE messaging.received SET ranges = ranges - int8multirange(int8range(v_next, NULL))
    WHERE org_id = p_org AND recipient_id = v_recipient AND user_id = ANY (p_users);
  INSERT INTO messaging.read_state AS s (org_id, user_id, recipient_id, ranges)
    SELECT p_org, u, v_recipient, int8multirange(int8range(0, v_next))
    FROM (SELECT DISTINCT u FROM unnest(p_users) AS u ORDER BY u) AS users
    ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = s.ranges + excluded.ranges;
END $$;
