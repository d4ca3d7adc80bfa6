-- As v1_unsubscribed, and says what each of them had left unread there: ascending, the newest `p_most` of it.
CREATE FUNCTION messaging.v2_unsubscribed(p_org integer, p_channel integer, p_users integer[], p_most integer)
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
          AND NOT (m.sender_id = leaver.u AND m.sender_read)
        ORDER BY m.message_id DESC LIMIT p_most) AS found
      ORDER BY found.message_id DESC LIMIT p_most) AS newest
    GROUP BY leaver.u;
  PERFORM messaging.v1_unsubscribed(p_org, p_channel, p_users);
END $$;
REVOKE ALL ON FUNCTION messaging.v2_unsubscribed(integer, integer, integer[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v2_unsubscribed(integer, integer, integer[], integer) TO svc_streams;
