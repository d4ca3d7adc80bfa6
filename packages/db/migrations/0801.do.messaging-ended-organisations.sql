-- As before, but for organisations that are out of use: what is due there waits, and old messages stay.
CREATE OR REPLACE FUNCTION messaging.due_organisations(p_now bigint) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
  PERFORM set_config('app.delivering', 'on', true);
  RETURN QUERY
    WITH RECURSIVE waiting (org_id) AS (
      SELECT min(s.org_id) FROM messaging.scheduled s WHERE NOT s.failed
      UNION ALL
      SELECT (SELECT min(s.org_id) FROM messaging.scheduled s WHERE NOT s.failed AND s.org_id > w.org_id)
        FROM waiting w WHERE w.org_id IS NOT NULL
    )
    SELECT w.org_id FROM waiting w
      WHERE EXISTS (SELECT FROM messaging.scheduled s
        WHERE s.org_id = w.org_id AND NOT s.failed AND s.next_try_at <= to_timestamp(p_now))
        AND NOT EXISTS (SELECT FROM auth.organisations o WHERE o.org_id = w.org_id AND o.deactivated);
  PERFORM set_config('app.delivering', '', true);
END $$;

CREATE OR REPLACE FUNCTION messaging.expiring_organisations() RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM set_config('app.expiring', 'on', true);
  RETURN QUERY
    SELECT e.org_id FROM (
      SELECT s.org_id FROM auth.settings s WHERE (s.settings ->> 'message_retention_days')::integer > 0
      UNION
      SELECT c.org_id FROM streams.channels c WHERE c.message_retention_days > 0
    ) AS e WHERE NOT EXISTS (SELECT FROM auth.organisations o WHERE o.org_id = e.org_id AND o.deactivated);
  PERFORM set_config('app.expiring', '', true);
END $$;
