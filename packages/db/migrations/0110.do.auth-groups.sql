-- Groups of people, by which rights are given: those that people make (named), and values of settings that name people
-- and groups in place. The groups of roles (1 to 8) have no rows: who is in them follows from the account.
CREATE SEQUENCE auth.group_ids AS integer START 101;

CREATE TABLE auth.user_groups (
  org_id      integer NOT NULL REFERENCES auth.organisations,
  group_id    integer NOT NULL DEFAULT nextval('auth.group_ids'),
  name        text CHECK (char_length(name) BETWEEN 1 AND 100),
  -- Of a value: its digest, so that the same value is the same group. Its members never change.
  value_key   bytea,
  description text NOT NULL DEFAULT '',
  creator_id  integer,
  created_at  timestamptz NOT NULL,
  deactivated boolean NOT NULL DEFAULT false,
  -- By which the names of groups in use are unique.
  name_key    text GENERATED ALWAYS AS (CASE WHEN deactivated THEN NULL ELSE lower(name) END) STORED,
  -- Who may do what with it, as groups; 8 is nobody, 2 everybody.
  can_add_members_group    integer NOT NULL DEFAULT 8,
  can_join_group           integer NOT NULL DEFAULT 8,
  can_leave_group          integer NOT NULL DEFAULT 2,
  can_manage_group         integer NOT NULL DEFAULT 8,
  can_mention_group        integer NOT NULL DEFAULT 2,
  can_remove_members_group integer NOT NULL DEFAULT 8,
  PRIMARY KEY (org_id, group_id),
  UNIQUE (group_id),
  UNIQUE (org_id, name_key),
  UNIQUE (org_id, value_key),
  CHECK ((name IS NULL) <> (value_key IS NULL)),
  FOREIGN KEY (org_id, creator_id) REFERENCES auth.users
);

CREATE TABLE auth.user_group_members (
  org_id   integer NOT NULL,
  group_id integer NOT NULL,
  user_id  integer NOT NULL,
  PRIMARY KEY (org_id, group_id, user_id),
  FOREIGN KEY (org_id, group_id) REFERENCES auth.user_groups,
  FOREIGN KEY (org_id, user_id) REFERENCES auth.users
);
CREATE INDEX user_group_members_of_user ON auth.user_group_members (org_id, user_id, group_id);

-- A subgroup is a group of a role or one that people made.
CREATE TABLE auth.user_group_subgroups (
  org_id      integer NOT NULL,
  group_id    integer NOT NULL,
  subgroup_id integer NOT NULL,
  PRIMARY KEY (org_id, group_id, subgroup_id),
  FOREIGN KEY (org_id, group_id) REFERENCES auth.user_groups
);
CREATE INDEX user_group_subgroups_up ON auth.user_group_subgroups (org_id, subgroup_id, group_id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['user_groups', 'user_group_members', 'user_group_subgroups'] LOOP
    EXECUTE format('ALTER TABLE auth.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE auth.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY organisation ON auth.%I '
      'USING (org_id = (SELECT nullif(current_setting(''app.org'', true), '''')::integer))', name);
  END LOOP;
END $$;

-- No group is in itself, through whatever others: the last wall behind the rule of the service. Who adds subgroups in
-- one organisation takes turns, so that two halves of a circle see each other.
CREATE FUNCTION auth.refuse_circle() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(110, NEW.org_id);
  IF NEW.subgroup_id > 100 AND NOT EXISTS (SELECT FROM auth.user_groups g
      WHERE g.org_id = NEW.org_id AND g.group_id = NEW.subgroup_id AND g.name IS NOT NULL) THEN
    RAISE EXCEPTION 'no such subgroup' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF EXISTS (
    WITH RECURSIVE within (group_id) AS (
      SELECT NEW.subgroup_id
      UNION
      SELECT s.subgroup_id FROM within w
      JOIN auth.user_group_subgroups s ON s.org_id = NEW.org_id AND s.group_id = w.group_id)
    SELECT FROM within w WHERE w.group_id = NEW.group_id) THEN
    RAISE EXCEPTION 'a group in itself' USING ERRCODE = 'PR110';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION auth.refuse_circle() FROM PUBLIC;
CREATE TRIGGER no_circle AFTER INSERT ON auth.user_group_subgroups
  FOR EACH ROW EXECUTE FUNCTION auth.refuse_circle();

GRANT USAGE ON SEQUENCE auth.group_ids TO svc_auth;
GRANT SELECT, INSERT ON auth.user_groups, auth.user_group_members, auth.user_group_subgroups TO svc_auth;
GRANT UPDATE (name, description, deactivated, can_add_members_group, can_join_group, can_leave_group,
  can_manage_group, can_mention_group, can_remove_members_group) ON auth.user_groups TO svc_auth;
GRANT DELETE ON auth.user_group_members, auth.user_group_subgroups TO svc_auth;

-- Every group that each of these accounts is in: its role's, those that name it, and those that hold one of these as a
-- subgroup, also deactivated ones. Accounts that are deactivated are in none, and not in the answer.
CREATE FUNCTION auth.v1_groups_of(p_org integer, p_users integer[])
RETURNS TABLE (user_id integer, group_ids integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH RECURSIVE membership (user_id, group_id) AS (
    SELECT u.user_id, own.group_id
    FROM auth.users u CROSS JOIN LATERAL (
      -- The weakest role of each (packages/access: systemGroups).
      SELECT r.group_id
      FROM (VALUES (1, 600), (2, 600), (3, 400), (4, 400), (5, 300), (6, 200), (7, 100)) AS r (group_id, weakest)
      WHERE u.role <= r.weakest
      UNION ALL
      SELECT m.group_id FROM auth.user_group_members m WHERE m.org_id = p_org AND m.user_id = u.user_id) AS own
    WHERE u.org_id = p_org AND u.user_id = ANY (p_users) AND u.is_active
    UNION
    SELECT w.user_id, s.group_id FROM membership w
    JOIN auth.user_group_subgroups s ON s.org_id = p_org AND s.subgroup_id = w.group_id)
  SELECT w.user_id, array_agg(w.group_id ORDER BY w.group_id) FROM membership w GROUP BY w.user_id;
END $$;

-- The other way round: the active accounts in any of these groups, directly or through subgroups.
CREATE FUNCTION auth.v1_members_of(p_org integer, p_groups integer[]) RETURNS TABLE (user_id integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
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
      JOIN (VALUES (1, 600), (2, 600), (3, 400), (4, 400), (5, 300), (6, 200), (7, 100)) AS r (group_id, weakest)
        USING (group_id))
    OR u.user_id IN (SELECT m.user_id FROM within w
      JOIN auth.user_group_members m ON m.org_id = p_org AND m.group_id = w.group_id))
  ORDER BY u.user_id;
END $$;

-- The group that a setting's value names: people and groups. One group alone is that group. People and groups must
-- exist; whoever calls it has seen to what the setting allows.
CREATE FUNCTION auth.v1_setting_group(p_org integer, p_members integer[], p_subgroups integer[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_members CONSTANT integer[] := ARRAY(SELECT DISTINCT u FROM unnest(p_members) AS u ORDER BY u);
  v_subgroups CONSTANT integer[] := ARRAY(SELECT DISTINCT g FROM unnest(p_subgroups) AS g ORDER BY g);
  v_key CONSTANT bytea := sha256(convert_to(
    array_to_string(v_members, ',') || ';' || array_to_string(v_subgroups, ','), 'UTF8'));
  v_group integer;
BEGIN
  IF cardinality(v_members) = 0 AND cardinality(v_subgroups) = 1 THEN
    RETURN v_subgroups[1];
  END IF;
  SELECT g.group_id INTO v_group FROM auth.user_groups g WHERE g.org_id = p_org AND g.value_key = v_key;
  IF FOUND THEN
    RETURN v_group;
  END IF;
  INSERT INTO auth.user_groups (org_id, value_key, created_at) VALUES (p_org, v_key, now())
    ON CONFLICT (org_id, value_key) DO NOTHING RETURNING group_id INTO v_group;
  IF v_group IS NULL THEN
    SELECT g.group_id INTO STRICT v_group FROM auth.user_groups g WHERE g.org_id = p_org AND g.value_key = v_key;
    RETURN v_group;
  END IF;
  INSERT INTO auth.user_group_members (org_id, group_id, user_id) SELECT p_org, v_group, u FROM unnest(v_members) AS u;
  INSERT INTO auth.user_group_subgroups (org_id, group_id, subgroup_id)
    SELECT p_org, v_group, g FROM unnest(v_subgroups) AS g;
  RETURN v_group;
END $$;

-- What those of these groups are that are values: their active people, as clients have them, and their groups.
CREATE FUNCTION auth.v1_setting_values(p_org integer, p_groups integer[])
RETURNS TABLE (group_id integer, direct_members integer[], direct_subgroups integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT g.group_id,
    ARRAY(SELECT m.user_id FROM auth.user_group_members m
      JOIN auth.users u ON u.org_id = p_org AND u.user_id = m.user_id AND u.is_active
      WHERE m.org_id = p_org AND m.group_id = g.group_id ORDER BY m.user_id),
    ARRAY(SELECT s.subgroup_id FROM auth.user_group_subgroups s
      WHERE s.org_id = p_org AND s.group_id = g.group_id ORDER BY s.subgroup_id)
  FROM auth.user_groups g
  WHERE g.org_id = p_org AND g.group_id = ANY (p_groups) AND g.name IS NULL;
END $$;

REVOKE ALL ON FUNCTION auth.v1_groups_of(integer, integer[]), auth.v1_members_of(integer, integer[]),
  auth.v1_setting_group(integer, integer[], integer[]), auth.v1_setting_values(integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_groups_of(integer, integer[])
  TO svc_auth, svc_streams, svc_messaging, svc_gateway;
GRANT EXECUTE ON FUNCTION auth.v1_members_of(integer, integer[]),
  auth.v1_setting_group(integer, integer[], integer[]), auth.v1_setting_values(integer, integer[])
  TO svc_auth, svc_streams;

-- The groups that people made, for who checks or names one.
CREATE VIEW auth.v1_groups AS
  SELECT org_id, group_id, name, name_key, deactivated, can_mention_group
  FROM auth.user_groups WHERE name IS NOT NULL;
GRANT SELECT ON auth.v1_groups TO svc_auth, svc_streams, svc_messaging;
