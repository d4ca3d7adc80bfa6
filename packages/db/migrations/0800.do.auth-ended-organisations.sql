-- Organisations are taken out of use, and into use again. What the server does by itself in them waits meanwhile.
GRANT UPDATE (deactivated) ON auth.organisations TO svc_auth;
GRANT SELECT ON auth.v1_organisation TO svc_uploads;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY[
  'organisation.deactivated', 'organisation.ending', 'organisation.reactivated'
]) AS type
ON CONFLICT DO NOTHING;

-- As before, but for organisations that are out of use.
CREATE OR REPLACE FUNCTION auth.organisations_with_full(p_now timestamptz DEFAULT now()) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
  PERFORM set_config('app.promoting', 'on', true);
  RETURN QUERY
    WITH RECURSIVE waiting (org_id) AS (
      SELECT min(u.org_id) FROM auth.users u WHERE u.waiting_until IS NOT NULL AND u.is_active
      UNION ALL
      SELECT (SELECT min(u.org_id) FROM auth.users u
          WHERE u.waiting_until IS NOT NULL AND u.is_active AND u.org_id > w.org_id)
        FROM waiting w WHERE w.org_id IS NOT NULL
    )
    SELECT w.org_id FROM waiting w
      WHERE EXISTS (SELECT FROM auth.users u
        WHERE u.org_id = w.org_id AND u.waiting_until IS NOT NULL AND u.is_active AND u.waiting_until <= p_now)
        AND NOT EXISTS (SELECT FROM auth.organisations o WHERE o.org_id = w.org_id AND o.deactivated);
  PERFORM set_config('app.promoting', '', true);
END $$;

CREATE OR REPLACE FUNCTION auth.organisations_with_mail(p_now timestamptz) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
  PERFORM set_config('app.posting', 'on', true);
  RETURN QUERY
    WITH RECURSIVE holding (org_id) AS (
      SELECT min(m.org_id) FROM auth.mails m
      UNION ALL
      SELECT (SELECT min(m.org_id) FROM auth.mails m WHERE m.org_id > h.org_id)
        FROM holding h WHERE h.org_id IS NOT NULL
    )
    SELECT h.org_id FROM holding h
      WHERE EXISTS (SELECT FROM auth.mails m WHERE m.org_id = h.org_id AND m.due_at <= p_now)
        AND NOT EXISTS (SELECT FROM auth.organisations o WHERE o.org_id = h.org_id AND o.deactivated);
  PERFORM set_config('app.posting', '', true);
END $$;
