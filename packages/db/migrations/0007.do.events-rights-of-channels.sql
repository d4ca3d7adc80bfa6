-- Which channels alone the changes of rights from `p_after` to `p_to` (the head's) concern, from the newest back. What
-- concerns more than who is in a channel, is not kept any more, or lies further back than a few changes, is not told apart:
-- `since` is its place, or 0, and up to there anything may be otherwise. Each event knows what moved rights before it, so the
-- events between are not looked at.
CREATE FUNCTION events.channels_moved(p_org integer, p_after bigint, p_to bigint, OUT channels integer[], OUT since bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_at bigint := p_to;
  v_before bigint;
  v_channel integer;
BEGIN
  channels := '{}';
  since := 0;
  WHILE v_at > p_after LOOP
    SELECT CASE
        WHEN l.type IN ('membership.granted', 'subscription.added', 'subscription.removed', 'channel.withdrawn')
          THEN (l.body ->> 'channel_id')::integer
        WHEN l.type = 'channel.revealed' THEN (l.body #>> '{channel,stream_id}')::integer
      END INTO v_channel
      FROM events.log l WHERE l.org_id = p_org AND l.seq = v_at LIMIT 1;
    SELECT l.rights_after INTO v_before FROM events.log l WHERE l.org_id = p_org AND l.seq = v_at - 1 LIMIT 1;
    IF v_channel IS NULL OR v_before IS NULL OR cardinality(channels) = 64 THEN
      since := v_at;
      RETURN;
    END IF;
    channels := channels || v_channel;
    v_at := v_before;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION events.channels_moved(integer, bigint, bigint) FROM PUBLIC;

-- The relay's question is the same each time: it is planned once.
ALTER FUNCTION events.read_runs(integer[], bigint[], integer) SET plan_cache_mode = force_generic_plan;
