-- A member is a full one once the account is as many days old as the organisation wants (`waiting_period_threshold`); none
-- are waited for at first. Nothing happens at that moment, so who decides compares with the clock. How long that is:
-- bounded, since dates end.
CREATE FUNCTION auth.v1_waiting_period(p_org integer) RETURNS interval
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Settings hold what was set, and least() of nothing and a bound is the bound.
  RETURN coalesce((SELECT make_interval(
      hours => 24 * least(coalesce((s.settings ->> 'waiting_period_threshold')::integer, 0), 10000000))
    FROM auth.settings s WHERE s.org_id = p_org), interval '0');
END $$;
REVOKE ALL ON FUNCTION auth.v1_waiting_period(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_waiting_period(integer) TO svc_auth, svc_streams, svc_messaging, svc_gateway;

-- Told of by the log as no full member before that moment; null for everybody else. It decides nothing: what is told of
-- the groups of roles, and to whom, follows it within seconds (services/auth: full-members).
ALTER TABLE auth.users ADD COLUMN waiting_until timestamptz;
CREATE INDEX users_waiting ON auth.users (org_id, waiting_until) WHERE waiting_until IS NOT NULL AND is_active;
GRANT UPDATE (waiting_until) ON auth.users TO svc_auth;

CREATE FUNCTION auth.begin_waiting() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE v_period CONSTANT interval := auth.v1_waiting_period(NEW.org_id);
BEGIN
  NEW.waiting_until := CASE
    WHEN NEW.role = 400 AND v_period > interval '0' AND NEW.date_joined + v_period > now() THEN NEW.date_joined + v_period
  END;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION auth.begin_waiting() FROM PUBLIC;
CREATE TRIGGER begin_waiting BEFORE INSERT OR UPDATE OF role, is_active ON auth.users
  FOR EACH ROW EXECUTE FUNCTION auth.begin_waiting();

-- Organisations where somebody has become a full member and the log does not say so: two probes for each in which somebody
-- waits.
CREATE POLICY promoting ON auth.users FOR SELECT TO parley_owner
  USING (current_setting('app.promoting', true) = 'on');
CREATE FUNCTION auth.organisations_with_full(p_now timestamptz DEFAULT now()) RETURNS SETOF integer
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
        WHERE u.org_id = w.org_id AND u.waiting_until IS NOT NULL AND u.is_active AND u.waiting_until <= p_now);
  PERFORM set_config('app.promoting', '', true);
END $$;
REVOKE ALL ON FUNCTION auth.organisations_with_full(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.organisations_with_full(timestamptz) TO svc_auth;

-- With the moment from which a member is a full one; null where none is waited for.
CREATE OR REPLACE VIEW auth.v1_actors AS
  SELECT org_id, user_id, role, is_active, is_bot, bot_owner_id, date_joined, generation, vantage,
    CASE WHEN role = 400 THEN date_joined + nullif(auth.v1_waiting_period(org_id), interval '0') END AS full_from
  FROM auth.users;

-- As before, at a moment: that of the transaction, where none is given.
DROP FUNCTION auth.v1_groups_of(integer, integer[]);
CREATE FUNCTION auth.v1_groups_of(p_org integer, p_users integer[], p_now timestamptz DEFAULT now())
RETURNS TABLE (user_id integer, group_ids integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE v_period CONSTANT interval := auth.v1_waiting_period(p_org);
BEGIN
  RETURN QUERY
  WITH RECURSIVE membership (user_id, group_id) AS (
    SELECT u.user_id, own.group_id
    FROM auth.users u CROSS JOIN LATERAL (
      -- The weakest role of each (packages/access: systemGroups).
      SELECT r.group_id
      FROM (VALUES (1, 600), (2, 600), (3, 400), (4, 400), (5, 300), (6, 200), (7, 100)) AS r (group_id, weakest)
      WHERE u.role <= r.weakest
        AND (r.group_id <> 4 OR u.role < 400 OR v_period <= interval '0' OR u.date_joined + v_period <= p_now)
      UNION ALL
      SELECT m.group_id FROM auth.user_group_members m WHERE m.org_id = p_org AND m.user_id = u.user_id) AS own
    WHERE u.org_id = p_org AND u.user_id = ANY (p_users) AND u.is_active
    UNION
    SELECT w.user_id, s.group_id FROM membership w
    JOIN auth.user_group_subgroups s ON s.org_id = p_org AND s.subgroup_id = w.group_id)
  SELECT w.user_id, array_agg(w.group_id ORDER BY w.group_id) FROM membership w GROUP BY w.user_id;
END $$;

-- The same the other way round. At no moment (null): those who are told to be in them.
DROP FUNCTION auth.v1_members_of(integer, integer[]);
CREATE FUNCTION auth.v1_members_of(p_org integer, p_groups integer[], p_now timestamptz DEFAULT now())
RETURNS TABLE (user_id integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE v_period CONSTANT interval := auth.v1_waiting_period(p_org);
BEGIN
  RETURN QUERY
  WITH RECURSIVE within (group_id) AS (
    SELECT unnest(p_groups)
    UNION
    SELECT s.subgroup_id FROM within w
    JOIN auth.user_group_subgroups s ON s.org_id = p_org AND s.group_id = w.group_id)
  SELECT u.user_id FROM auth.users u
  WHERE u.org_id = p_org AND u.is_active AND (
    u.role <= (SELECT max(r.weakest) FROM within w
      -- Of full members: every moderator, and below those whose time has come.
      JOIN (VALUES (1, 600), (2, 600), (3, 400), (4, 300), (5, 300), (6, 200), (7, 100)) AS r (group_id, weakest)
        USING (group_id))
    OR u.role = 400 AND 4 = ANY (SELECT w.group_id FROM within w)
      AND CASE WHEN p_now IS NULL THEN u.waiting_until IS NULL
        ELSE v_period <= interval '0' OR u.date_joined + v_period <= p_now END
    OR u.user_id IN (SELECT m.user_id FROM within w
      JOIN auth.user_group_members m ON m.org_id = p_org AND m.group_id = w.group_id))
  ORDER BY u.user_id;
END $$;

REVOKE ALL ON FUNCTION auth.v1_groups_of(integer, integer[], timestamptz),
  auth.v1_members_of(integer, integer[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_groups_of(integer, integer[], timestamptz)
  TO svc_auth, svc_streams, svc_messaging, svc_gateway;
GRANT EXECUTE ON FUNCTION auth.v1_members_of(integer, integer[], timestamptz) TO svc_auth, svc_streams;

INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'organisation.waiting-period-changed')
ON CONFLICT DO NOTHING;
