-- Since when a value of settings (a group without a name) is seen to be used by no setting; null while one uses it.
ALTER TABLE auth.user_groups ADD COLUMN unused_since timestamptz CHECK (unused_since IS NULL OR name IS NULL);
CREATE INDEX user_groups_values ON auth.user_groups (org_id, group_id) WHERE name IS NULL;

-- As before; a value that was about to go is used again.
CREATE OR REPLACE FUNCTION auth.v1_setting_group(p_org integer, p_members integer[], p_subgroups integer[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_members CONSTANT integer[] := ARRAY(SELECT DISTINCT u FROM unnest(p_members) AS u ORDER BY u);
  v_subgroups CONSTANT integer[] := ARRAY(SELECT DISTINCT g FROM unnest(p_subgroups) AS g ORDER BY g);
  v_key CONSTANT bytea := sha256(convert_to(
    array_to_string(v_members, ',') || ';' || array_to_string(v_subgroups, ','), 'UTF8'));
  v_group integer;
  v_unused timestamptz;
BEGIN
  IF cardinality(v_members) = 0 AND cardinality(v_subgroups) = 1 THEN
    RETURN v_subgroups[1];
  END IF;
  SELECT g.group_id, g.unused_since INTO v_group, v_unused
    FROM auth.user_groups g WHERE g.org_id = p_org AND g.value_key = v_key;
  IF FOUND AND v_unused IS NOT NULL THEN
    -- Either whoever deletes it sees this, or it is gone by now and made anew.
    UPDATE auth.user_groups g SET unused_since = NULL WHERE g.org_id = p_org AND g.group_id = v_group;
  END IF;
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

-- The groups that settings of the organisation name: in channels, over groups, and of the organisation itself.
CREATE FUNCTION auth.v1_groups_in_settings(p_org integer) RETURNS TABLE (group_id integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT unnest(ARRAY[c.can_add_subscribers_group, c.can_administer_channel_group, c.can_create_topic_group,
      c.can_delete_any_message_group, c.can_delete_own_message_group, c.can_move_messages_out_of_channel_group,
      c.can_move_messages_within_channel_group, c.can_remove_subscribers_group, c.can_resolve_topics_group,
      c.can_send_message_group, c.can_subscribe_group])
    FROM streams.channels c WHERE c.org_id = p_org
  UNION
  SELECT unnest(ARRAY[g.can_add_members_group, g.can_join_group, g.can_leave_group, g.can_manage_group,
      g.can_mention_group, g.can_remove_members_group])
    FROM auth.user_groups g WHERE g.org_id = p_org AND g.name IS NOT NULL
  UNION
  SELECT p.value::integer FROM auth.settings s CROSS JOIN jsonb_each_text(s.permissions) p WHERE s.org_id = p_org;
END $$;
REVOKE ALL ON FUNCTION auth.v1_groups_in_settings(integer) FROM PUBLIC;

-- Deletes values that no setting has used since `p_before`, some at a time, and writes down at `p_now` which are not used any
-- more. Whatever was decided or is shown by one meanwhile was read long before. Returns how many are gone.
CREATE FUNCTION auth.v1_sweep_values(p_org integer, p_now timestamptz, p_before timestamptz, p_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_old integer[];
  v_used integer[];
BEGIN
  -- Locked before it is asked whether they are used: who used one again meanwhile has committed, or finds it gone.
  SELECT array_agg(o.group_id) INTO v_old FROM (
    SELECT g.group_id FROM auth.user_groups g
      WHERE g.org_id = p_org AND g.name IS NULL AND g.unused_since < p_before
      ORDER BY g.group_id LIMIT p_most FOR UPDATE SKIP LOCKED) AS o;
  SELECT coalesce(array_agg(u.group_id), '{}') INTO v_used FROM auth.v1_groups_in_settings(p_org) u WHERE u.group_id > 100;
  v_old := ARRAY(SELECT unnest(v_old) EXCEPT SELECT unnest(v_used));
  DELETE FROM auth.user_group_members m WHERE m.org_id = p_org AND m.group_id = ANY (v_old);
  DELETE FROM auth.user_group_subgroups s WHERE s.org_id = p_org AND s.group_id = ANY (v_old);
  DELETE FROM auth.user_groups g WHERE g.org_id = p_org AND g.group_id = ANY (v_old);
  UPDATE auth.user_groups g SET unused_since = CASE WHEN w.used THEN NULL ELSE p_now END
    FROM (SELECT n.group_id, n.group_id IN (SELECT unnest(v_used)) AS used FROM auth.user_groups n
      WHERE n.org_id = p_org AND n.name IS NULL
        AND (n.unused_since IS NULL) <> (n.group_id IN (SELECT unnest(v_used)))
      FOR UPDATE SKIP LOCKED) AS w
    WHERE g.org_id = p_org AND g.group_id = w.group_id;
  RETURN cardinality(v_old);
END $$;
REVOKE ALL ON FUNCTION auth.v1_sweep_values(integer, timestamptz, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_sweep_values(integer, timestamptz, timestamptz, integer) TO svc_auth;
