-- Whom an account has met: who is in one channel in use with it, and who is in one direct conversation with it that was
-- begun, itself among them where there is any. Of guests this decides whom they see, where the organisation says so.
CREATE FUNCTION messaging.v1_met(p_org integer, p_user integer) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT o.user_id FROM streams.v1_subscriptions s
    JOIN streams.v1_channels c ON c.org_id = s.org_id AND c.channel_id = s.channel_id AND NOT c.archived
    JOIN streams.v1_subscriptions o ON o.org_id = s.org_id AND o.channel_id = s.channel_id
    WHERE s.org_id = p_org AND s.user_id = p_user
  UNION
  SELECT u FROM messaging.received r
    JOIN messaging.recipients rc ON rc.org_id = r.org_id AND rc.recipient_id = r.recipient_id
    CROSS JOIN unnest(rc.user_ids) AS u
    WHERE r.org_id = p_org AND r.user_id = p_user
$$;
REVOKE ALL ON FUNCTION messaging.v1_met(integer, integer) FROM PUBLIC;
GRANT USAGE ON SCHEMA messaging TO svc_auth, svc_gateway;
GRANT EXECUTE ON FUNCTION messaging.v1_met(integer, integer) TO svc_auth, svc_streams, svc_messaging, svc_gateway;

-- The guests who come to see others than before as these people come into these channels or leave them: asked when the
-- rows are changed or about to be. Who is met elsewhere too stays met; what is asked about counts as nowhere else.
CREATE FUNCTION messaging.v1_sight_moved(p_org integer, p_channels integer[], p_users integer[]) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  WITH inside AS MATERIALIZED (
    SELECT s.channel_id, s.user_id FROM streams.v1_subscriptions s
      WHERE s.org_id = p_org AND s.channel_id = ANY (p_channels)
    UNION
    SELECT c, u FROM unnest(p_channels) AS c CROSS JOIN unnest(p_users) AS u
  ), people AS MATERIALIZED (
    SELECT i.channel_id, i.user_id, i.user_id = ANY (p_users) AS moves, a.role >= 600 AND a.is_active AS guest, a.is_bot
    FROM inside i JOIN auth.v1_actors a ON a.org_id = p_org AND a.user_id = i.user_id
  )
  SELECT DISTINCT g.user_id FROM people g
  WHERE g.guest AND EXISTS (
    SELECT FROM people o WHERE o.channel_id = g.channel_id AND o.user_id <> g.user_id AND NOT o.is_bot
      AND (g.moves OR o.moves)
      AND NOT EXISTS (
        SELECT FROM streams.v1_subscriptions a
          JOIN streams.v1_channels c ON c.org_id = a.org_id AND c.channel_id = a.channel_id AND NOT c.archived
          JOIN streams.v1_subscriptions b ON b.org_id = a.org_id AND b.channel_id = a.channel_id AND b.user_id = o.user_id
          WHERE a.org_id = p_org AND a.user_id = g.user_id AND a.channel_id <> ALL (p_channels))
      AND NOT EXISTS (
        SELECT FROM messaging.received r
          JOIN messaging.recipients rc ON rc.org_id = r.org_id AND rc.recipient_id = r.recipient_id
          WHERE r.org_id = p_org AND r.user_id = g.user_id AND o.user_id = ANY (rc.user_ids)))
$$;
REVOKE ALL ON FUNCTION messaging.v1_sight_moved(integer, integer[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_sight_moved(integer, integer[], integer[]) TO svc_streams;

-- The guests who come to see a new account because it comes into the channels that all new ones are in (as
-- streams.v1_join_defaults has them); nobody where guests see everybody. Asked before it is in them.
CREATE FUNCTION messaging.v1_newcomer_met(p_org integer, p_user integer) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT messaging.v1_sight_moved(p_org, ARRAY(
    SELECT c.channel_id FROM streams.channels c
    WHERE c.org_id = p_org AND c.is_default AND NOT c.archived AND NOT c.invite_only), ARRAY[p_user])
  FROM auth.v1_permissions q JOIN auth.v1_actors a ON a.org_id = q.org_id AND a.user_id = p_user AND a.role < 600
  WHERE q.org_id = p_org AND coalesce((q.permissions ->> 'can_access_all_users_group')::integer, 2) <> 2
$$;
REVOKE ALL ON FUNCTION messaging.v1_newcomer_met(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_newcomer_met(integer, integer) TO svc_auth;

-- The guests who do not see a person, where they see only whom they have met; nobody for a bot. Who has met whom goes both
-- ways, so it is asked once, of the person.
CREATE FUNCTION messaging.v1_unmet_by(p_org integer, p_user integer) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT g.user_id FROM auth.v1_permissions q
    JOIN auth.v1_actors a ON a.org_id = q.org_id AND a.user_id = p_user AND NOT a.is_bot
    JOIN auth.v1_actors g ON g.org_id = q.org_id AND g.role >= 600 AND g.is_active AND g.user_id <> p_user
  WHERE q.org_id = p_org AND coalesce((q.permissions ->> 'can_access_all_users_group')::integer, 2) <> 2
    AND g.user_id NOT IN (SELECT messaging.v1_met(p_org, p_user))
$$;
REVOKE ALL ON FUNCTION messaging.v1_unmet_by(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_unmet_by(integer, integer) TO svc_auth;

-- Begins a conversation that guests take part in, where the organisation lets them see only whom they have met: in the
-- organisation's turn, before its first message is written. Answers with the guests who come to see others by it.
CREATE FUNCTION messaging.begin_conversation(p_org integer, p_users integer[])
RETURNS TABLE (user_id integer, role smallint, vantage integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_key bytea := messaging.people_key(p_users);
  v_recipient integer;
BEGIN
  IF EXISTS (SELECT FROM messaging.recipients r WHERE r.org_id = p_org AND r.people_key = v_key) THEN RETURN; END IF;
  -- Rows that others hold before the head come before it.
  RETURN QUERY
  SELECT v.user_id, v.role, v.vantage FROM auth.v1_raise_vantage(p_org, ARRAY(
    SELECT g.user_id FROM auth.v1_actors g
    WHERE g.org_id = p_org AND g.user_id = ANY (p_users) AND g.role >= 600 AND EXISTS (
      SELECT FROM auth.v1_actors o
      WHERE o.org_id = p_org AND o.user_id = ANY (p_users) AND o.user_id <> g.user_id AND NOT o.is_bot
        AND o.user_id NOT IN (SELECT messaging.v1_met(p_org, g.user_id)))
    ORDER BY g.user_id)) v;
  PERFORM events.hold(p_org);
  INSERT INTO messaging.recipients (org_id, user_ids) SELECT p_org, p_users
    WHERE NOT EXISTS (SELECT FROM messaging.recipients r WHERE r.org_id = p_org AND r.people_key = v_key)
    RETURNING recipient_id INTO v_recipient;
  INSERT INTO messaging.received (org_id, user_id, recipient_id, ranges)
    SELECT p_org, u, v_recipient, '{[0,)}' FROM unnest(p_users) AS u WHERE v_recipient IS NOT NULL;
END $$;
REVOKE ALL ON FUNCTION messaging.begin_conversation(integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.begin_conversation(integer, integer[]) TO svc_messaging;

INSERT INTO events.emitters (role, type) VALUES ('svc_messaging', 'user.moved') ON CONFLICT DO NOTHING;
