-- A bot is no full member while its owner waits to be one, however old it is: it came from somebody else, or its owner was a
-- moderator, or members wait longer than they did (packages/access: never above its owner). It decides; what lists say of the
-- groups of roles goes by the bot's own age.
CREATE OR REPLACE VIEW auth.v1_actors AS
  SELECT u.org_id, u.user_id, u.role, u.is_active, u.is_bot, u.bot_owner_id, u.date_joined, u.generation, u.vantage,
    CASE WHEN u.role = 400 THEN greatest(u.date_joined, CASE WHEN o.role >= 400 THEN o.date_joined END)
      + nullif(auth.v1_waiting_period(u.org_id), interval '0') END AS full_from
  FROM auth.users u
  LEFT JOIN auth.users o ON o.org_id = u.org_id AND o.user_id = u.bot_owner_id;

CREATE OR REPLACE FUNCTION auth.v1_groups_of(p_org integer, p_users integer[], p_now timestamptz DEFAULT now())
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
        AND (r.group_id <> 4 OR u.role < 400 OR v_period <= interval '0' OR u.date_joined + v_period <= p_now AND
            NOT EXISTS (SELECT FROM auth.users o WHERE o.org_id = p_org AND o.user_id = u.bot_owner_id
              AND o.role >= 400 AND o.date_joined + v_period > p_now))
      UNION ALL
      SELECT m.group_id FROM auth.user_group_members m WHERE m.org_id = p_org AND m.user_id = u.user_id) AS own
    WHERE u.org_id = p_org AND u.user_id = ANY (p_users) AND u.is_active
    UNION
    SELECT w.user_id, s.group_id FROM membership w
    JOIN auth.user_group_subgroups s ON s.org_id = p_org AND s.subgroup_id = w.group_id)
  SELECT w.user_id, array_agg(w.group_id ORDER BY w.group_id) FROM membership w GROUP BY w.user_id;
END $$;

CREATE OR REPLACE FUNCTION auth.v1_members_of(p_org integer, p_groups integer[], p_now timestamptz DEFAULT now())
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
        ELSE v_period <= interval '0' OR u.date_joined + v_period <= p_now AND
          NOT EXISTS (SELECT FROM auth.users o WHERE o.org_id = p_org AND o.user_id = u.bot_owner_id
            AND o.role >= 400 AND o.date_joined + v_period > p_now) END
    OR u.user_id IN (SELECT m.user_id FROM within w
      JOIN auth.user_group_members m ON m.org_id = p_org AND m.group_id = w.group_id))
  ORDER BY u.user_id;
END $$;
