-- Settings of the organisation that name a channel name none (-1) once it is archived: called by streams in the
-- transaction that archives it, among its rows and before the head. Answers which named it.
CREATE FUNCTION auth.v1_forget_channel(p_org integer, p_channel integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_names text[];
BEGIN
  SELECT array_agg(e.key ORDER BY e.key) INTO v_names
    FROM auth.settings s CROSS JOIN jsonb_each(s.settings) AS e
    WHERE s.org_id = p_org AND e.value = to_jsonb(p_channel) AND e.key IN ('moderation_request_channel_id',
      'new_stream_announcements_stream_id', 'signup_announcements_stream_id', 'zulip_update_announcements_stream_id');
  IF v_names IS NULL THEN RETURN; END IF;
  UPDATE auth.settings s
    SET settings = s.settings || (SELECT jsonb_object_agg(name, -1) FROM unnest(v_names) AS name)
    WHERE s.org_id = p_org;
  RETURN QUERY SELECT unnest(v_names);
END $$;
REVOKE ALL ON FUNCTION auth.v1_forget_channel(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_forget_channel(integer, integer) TO svc_streams;

INSERT INTO events.emitters (role, type)
SELECT 'svc_streams', type FROM unnest(ARRAY['organisation.set', 'organisation.settings-changed']) AS type
ON CONFLICT DO NOTHING;
