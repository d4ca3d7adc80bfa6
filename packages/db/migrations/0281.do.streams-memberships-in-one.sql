-- What comes behind the head where people leave channels and come into them: they receive nothing more or begin to, and the
-- log says so; what they left unread is told between `p_events` and `p_after`. In one call, so that the head is held for no
-- trip. Those who leave and come are pairs, by place in their lists; of what one left unread the newest `p_most` are told, in
-- events of 20,000 messages (a quarter of a megabyte). As who calls it, so that what it does is what they may.
CREATE FUNCTION streams.write_memberships(p_org integer, p_rights bigint, p_events jsonb, p_bodies json, p_after jsonb,
    p_bodies_after json, p_left_channels integer[], p_left integer[], p_most integer, p_came_channels integer[], p_came integer[],
    OUT seq bigint, OUT rights bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_channel integer;
  v_users integer[];
  v_unread jsonb;
  v_messages json;
BEGIN
  IF cardinality(p_left) > 0 THEN
    WITH of_channel AS MATERIALIZED (
      SELECT t.channel, array_agg(t.id) AS users FROM unnest(p_left_channels, p_left) AS t (channel, id) GROUP BY t.channel),
    unread AS MATERIALIZED (
      SELECT n.message_ids, array_agg(n.user_id ORDER BY n.user_id) AS users
      FROM of_channel c CROSS JOIN LATERAL messaging.v2_unsubscribed(p_org, c.channel, c.users, p_most) AS n
      GROUP BY n.message_ids),
    parts AS (
      SELECT u.users, u.message_ids[part * 20000 + 1 : (part + 1) * 20000] AS messages
      FROM unread u CROSS JOIN LATERAL generate_series(0, (cardinality(u.message_ids) - 1) / 20000) AS part)
    SELECT jsonb_agg(jsonb_build_object('type', 'unread.cleared', 'users', p.users, 'changes_rights', false, 'revokes', false)
          ORDER BY p.messages[1], p.users),
        json_agg(json_build_object('messages', p.messages) ORDER BY p.messages[1], p.users)
      INTO v_unread, v_messages FROM parts p;
  END IF;
  FOR v_channel, v_users IN
    SELECT t.channel, array_agg(t.id) FROM unnest(p_came_channels, p_came) AS t (channel, id) GROUP BY t.channel
  LOOP
    PERFORM messaging.v1_subscribed(p_org, v_channel, v_users);
  END LOOP;
  SELECT a.seq, a.rights INTO seq, rights FROM events.append(p_org, p_rights, p_events, p_bodies) AS a;
  IF v_unread IS NOT NULL THEN
    SELECT a.seq, a.rights INTO seq, rights FROM events.append(p_org, NULL, v_unread, v_messages) AS a;
  END IF;
  IF jsonb_array_length(p_after) > 0 THEN
    SELECT a.seq, a.rights INTO seq, rights FROM events.append(p_org, NULL, p_after, p_bodies_after) AS a;
  END IF;
END $$;
REVOKE ALL ON FUNCTION streams.write_memberships(integer, bigint, jsonb, json, jsonb, json, integer[], integer[], integer,
  integer[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams.write_memberships(integer, bigint, jsonb, json, jsonb, json, integer[], integer[], integer,
  integer[], integer[]) TO svc_streams;
