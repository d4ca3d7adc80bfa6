-- Which of some queues are there, each for the user who asks for it: one statement without a transaction around it, for
-- polls ask each time. A queue's specification never changes, so it is read for those alone that do not know it.
-- `alive`: the places of those that are there, from 1; `specs`: the specifications asked for, by place.
CREATE FUNCTION gateway.find_queues(p_org integer, p_ids uuid[], p_users integer[], p_unknown integer[],
    OUT alive integer[], OUT specs jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  -- By key, however few queues there are while it is planned.
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  SELECT coalesce(array_agg(g.n), '{}'), jsonb_object_agg(g.n, q.spec) FILTER (WHERE g.n = ANY (p_unknown))
    INTO alive, specs
    FROM unnest(p_ids, p_users) WITH ORDINALITY AS g (id, user_id, n)
    CROSS JOIN LATERAL (
      SELECT a.user_id, a.spec FROM gateway.queues a
        WHERE a.org_id = p_org AND a.queue_id = g.id AND a.expires_at > clock_timestamp() LIMIT 1) AS q
    WHERE q.user_id = g.user_id;
END $$;
REVOKE ALL ON FUNCTION gateway.find_queues(integer, uuid[], integer[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gateway.find_queues(integer, uuid[], integer[], integer[]) TO svc_gateway;
