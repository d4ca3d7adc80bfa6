-- Appends as before, with the bodies by themselves, in the order of their events: they are kept as the text they come in, so
-- nothing is made of them here. As parts of one jsonb they were taken apart and put together again, which for the event of a
-- thousand messages cost more than anything else of it. The other one is for processes of before.
CREATE FUNCTION events.append(p_org int, p_rights bigint, p_events jsonb, p_bodies json, OUT seq bigint, OUT rights bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_count CONSTANT bigint := jsonb_array_length(p_events);
  v_first bigint;
  v_before bigint;
  v_changes bigint;
  v_refused text;
BEGIN
  IF json_array_length(p_bodies) <> v_count THEN
    RAISE EXCEPTION 'each event has one body' USING ERRCODE = 'invalid_parameter_value';
  END IF;
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
    body,
    ARRAY(SELECT u::int FROM jsonb_array_elements_text(e -> 'users') AS u),
    (e ->> 'channel')::int,
    coalesce(max(i) FILTER (WHERE (e ->> 'changes_rights')::boolean) OVER (ORDER BY i) + v_first, v_before),
    (e ->> 'revokes')::boolean,
    (e ->> 'concerns')::int
  FROM ROWS FROM (jsonb_array_elements(p_events), json_array_elements(p_bodies)) WITH ORDINALITY AS given (e, body, i);
END
$$;
GRANT EXECUTE ON FUNCTION events.append(int, bigint, jsonb, json)
  TO svc_gateway, svc_auth, svc_streams, svc_messaging, svc_audit, svc_uploads, parley_cli;

-- Long bodies are compressed behind the head: in a quarter of the time, where the server was built with what that takes.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
    ALTER FUNCTION events.append(int, bigint, jsonb, json) SET default_toast_compression = 'lz4';
    ALTER FUNCTION events.append_plain(int, text, text[], text[], int[]) SET default_toast_compression = 'lz4';
  END IF;
END $$;
