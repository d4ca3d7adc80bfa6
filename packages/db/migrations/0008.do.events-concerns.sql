-- Which channel alone a change of rights concerns is written with its event, as its declaration says; NULL where it may
-- concern more. What was written before, or by a service that does not say it, may concern anything.
ALTER TABLE events.log ADD COLUMN concerns integer;

-- As before, with what each event concerns.
CREATE OR REPLACE FUNCTION events.append(p_org int, p_rights bigint, p_events jsonb, OUT seq bigint, OUT rights bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_count CONSTANT bigint := jsonb_array_length(p_events);
  v_first bigint;
  v_before bigint;
  v_changes bigint;
  v_refused text;
BEGIN
  SELECT min(e ->> 'type') FILTER (WHERE m.type IS NULL), max(i) FILTER (WHERE (e ->> 'changes_rights')::boolean)
    INTO v_refused, v_changes
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS given (e, i)
    LEFT JOIN events.emitters m ON m.role = session_user AND m.type = e ->> 'type';
  IF v_refused IS NOT NULL THEN
    RAISE EXCEPTION '% may not emit %', session_user, v_refused USING ERRCODE = 'PR003';
  END IF;

  -- The rights before are in the row that is locked, so they come from a lock taken first.
  SELECT h.seq, h.rights INTO v_first, v_before FROM events.head h WHERE h.org_id = p_org FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no log for this organisation' USING ERRCODE = 'PR002';
  END IF;
  IF v_before <> p_rights THEN
    RAISE EXCEPTION 'rights have changed' USING ERRCODE = 'PR001';
  END IF;
  seq := v_first + v_count;
  rights := coalesce(v_first + v_changes, v_before);
  UPDATE events.head h SET seq = append.seq, rights = append.rights WHERE h.org_id = p_org;

  INSERT INTO events.log (org_id, seq, at, type, body, user_ids, channel_id, rights_after, revokes, concerns)
  SELECT p_org,
    v_first + i,
    clock_timestamp(),
    e ->> 'type',
    e -> 'body',
    ARRAY(SELECT u::int FROM jsonb_array_elements_text(e -> 'users') AS u),
    (e ->> 'channel')::int,
    coalesce(max(i) FILTER (WHERE (e ->> 'changes_rights')::boolean) OVER (ORDER BY i) + v_first, v_before),
    (e ->> 'revokes')::boolean,
    (e ->> 'concerns')::int
  FROM jsonb_array_elements(p_events) WITH ORDINALITY AS given (e, i);
END
$$;

-- Which channels alone the changes of rights from `p_after` to `p_to` (the head's) concern, from the newest back, `p_most` at
-- most. Up to `since`, if it is not 0, anything may be otherwise: the change there concerns more, is not kept any more or is
-- one too many. Each event knows what moved rights before it, so the events between are not looked at, nor any body.
CREATE FUNCTION events.channels_moved(p_org integer, p_after bigint, p_to bigint, p_most integer,
    OUT channels integer[], OUT since bigint)
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
    SELECT l.concerns INTO v_channel FROM events.log l WHERE l.org_id = p_org AND l.seq = v_at LIMIT 1;
    SELECT l.rights_after INTO v_before FROM events.log l WHERE l.org_id = p_org AND l.seq = v_at - 1 LIMIT 1;
    IF v_channel IS NULL OR v_before IS NULL OR cardinality(channels) >= p_most THEN
      since := v_at;
      RETURN;
    END IF;
    channels := channels || v_channel;
    v_at := v_before;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION events.channels_moved(integer, bigint, bigint, integer) FROM PUBLIC;

-- The relay's question is the same each time: it is planned once.
ALTER FUNCTION events.read_runs(integer[], bigint[], integer) SET plan_cache_mode = force_generic_plan;
