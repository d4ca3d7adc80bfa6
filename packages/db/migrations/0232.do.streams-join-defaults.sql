-- The colour of a channel for who has not chosen one: as services/streams/src/rules/color.ts has it (a test compares).
CREATE FUNCTION streams.default_color(p_channel integer) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
AS $$ SELECT (ARRAY['#5b8def', '#e07a5f', '#3fae7a', '#b07cd8', '#d9a441', '#4bb3c4', '#d46a92', '#7f9f3f', '#8d7b6c',
  '#6a6fd1', '#c25450', '#4f9d9d'])[p_channel % 12 + 1] $$;
REVOKE ALL ON FUNCTION streams.default_color(integer) FROM PUBLIC;

-- A new account comes into the channels that all new ones are in; guests into none. In the transaction that makes the
-- account, after its rows and just before its events, because it takes the head. The caller appends under rights that
-- it read before: were the defaults others meanwhile, these have moved. Answers with who follows each list of subscribers.
CREATE FUNCTION streams.v1_join_defaults(p_org integer, p_user integer, p_at timestamptz) RETURNS TABLE (
  channel_id integer, creator_id integer, guests boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_channels integer[];
  v_channel integer;
  v_guests integer[];
BEGIN
  WITH joined AS (
    INSERT INTO streams.subscriptions AS s (org_id, channel_id, user_id, color, changed_at)
    SELECT p_org, c.channel_id, p_user, streams.default_color(c.channel_id), p_at FROM streams.channels c
    WHERE c.org_id = p_org AND c.is_default AND NOT c.archived AND NOT c.invite_only
      AND EXISTS (SELECT FROM auth.v1_actors a
        WHERE a.org_id = p_org AND a.user_id = p_user AND a.is_active AND a.role < 600)
    ORDER BY c.name_key COLLATE "C"
    ON CONFLICT DO NOTHING
    RETURNING s.channel_id)
  SELECT array_agg(j.channel_id ORDER BY j.channel_id) INTO v_channels FROM joined j;
  IF v_channels IS NULL THEN RETURN; END IF;
  -- Asked before everybody waits, from the few guests that there are. Guests who come move the rights.
  WITH guests AS MATERIALIZED (
    SELECT a.user_id FROM auth.v1_actors a WHERE a.org_id = p_org AND a.is_active AND a.role >= 600)
  SELECT array_agg(j.id) INTO v_guests FROM unnest(v_channels) AS j (id)
  WHERE EXISTS (SELECT FROM guests g CROSS JOIN LATERAL (
    SELECT FROM streams.subscriptions o
    WHERE o.org_id = p_org AND o.channel_id = j.id AND o.user_id = g.user_id AND o.active LIMIT 1) AS probe);
  FOREACH v_channel IN ARRAY v_channels LOOP
    PERFORM messaging.v1_subscribed(p_org, v_channel, ARRAY[p_user]);
  END LOOP;
  RETURN QUERY
  SELECT c.channel_id, c.creator_id, c.channel_id = ANY (coalesce(v_guests, '{}'))
  FROM streams.channels c WHERE c.org_id = p_org AND c.channel_id = ANY (v_channels) ORDER BY c.channel_id;
END $$;
REVOKE ALL ON FUNCTION streams.v1_join_defaults(integer, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams.v1_join_defaults(integer, integer, timestamptz) TO svc_auth;

INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'membership.granted') ON CONFLICT DO NOTHING;
