-- What a durable consumer has not applied yet: it looks by itself too, so that nothing rests on being told.
CREATE POLICY consumer ON events.inbox FOR SELECT TO parley_owner
  USING (split_part(consumer, '.', 1) = substr(session_user, 5));

CREATE FUNCTION events.behind(p_consumer text) RETURNS TABLE (org_id int, seq bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM events.check_consumer(p_consumer);
  RETURN QUERY
    SELECT h.org_id, h.seq
    FROM events.head h
    LEFT JOIN events.inbox i ON i.consumer = p_consumer AND i.org_id = h.org_id
    WHERE h.seq > coalesce(i.seq, 0);
END
$$;
GRANT EXECUTE ON FUNCTION events.behind(text) TO svc_audit;
