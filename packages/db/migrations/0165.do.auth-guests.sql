-- Who tells a channel that somebody came asks whether a guest follows its list; most organisations have few.
CREATE INDEX users_guests ON auth.users (org_id, user_id) WHERE role >= 600 AND is_active;

-- What people had put into a field that is gone may outlive it, and is seen by nobody.
CREATE OR REPLACE FUNCTION auth.own_accounts_v3(p_org integer, p_users integer[]) RETURNS TABLE (
  user_id integer, rights bigint, email text, delivery_email text, email_address_visibility smallint, full_name text,
  role smallint, is_active boolean, is_bot boolean, bot_type smallint, bot_owner_id integer, date_joined timestamptz,
  timezone text, avatar_version integer, generation integer, group_ids integer[], permissions jsonb, profile jsonb)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  RETURN QUERY
  SELECT u.user_id, h.rights, u.email, u.delivery_email, u.email_address_visibility, u.full_name, u.role, u.is_active,
    u.is_bot, u.bot_type, u.bot_owner_id, u.date_joined, u.timezone, u.avatar_version, u.generation, g.group_ids,
    s.permissions, (
      SELECT jsonb_object_agg(v.field_id,
          jsonb_strip_nulls(jsonb_build_object('value', v.value, 'rendered_value', v.rendered)))
        FROM auth.profile_values v JOIN auth.profile_fields f ON f.org_id = p_org AND f.field_id = v.field_id
        WHERE v.org_id = p_org AND v.user_id = u.user_id)
  FROM events.head h JOIN auth.users u ON u.org_id = h.org_id AND u.user_id = ANY (p_users)
  LEFT JOIN auth.v1_groups_of(p_org, p_users) g ON g.user_id = u.user_id
  LEFT JOIN auth.settings s ON s.org_id = h.org_id
  WHERE h.org_id = p_org;
END $$;
