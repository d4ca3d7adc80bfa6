-- As before, with the groups of each.
DROP FUNCTION auth.own_accounts(integer, integer[]);

-- Accounts that ask for themselves, with the rights of that very instant: what decides and what is shown, in one
-- statement for everybody of one organisation who asks at the same time. The caller's own grants and policies apply.
CREATE FUNCTION auth.own_accounts(p_org integer, p_users integer[]) RETURNS TABLE (
  user_id integer, rights bigint, email text, delivery_email text, email_address_visibility smallint, full_name text,
  role smallint, is_active boolean, is_bot boolean, bot_type smallint, bot_owner_id integer, date_joined timestamptz,
  timezone text, avatar_version integer, generation integer, group_ids integer[])
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  RETURN QUERY
  SELECT u.user_id, h.rights, u.email, u.delivery_email, u.email_address_visibility, u.full_name, u.role, u.is_active,
    u.is_bot, u.bot_type, u.bot_owner_id, u.date_joined, u.timezone, u.avatar_version, u.generation, g.group_ids
  FROM events.head h JOIN auth.users u ON u.org_id = h.org_id AND u.user_id = ANY (p_users)
  LEFT JOIN auth.v1_groups_of(p_org, p_users) g ON g.user_id = u.user_id
  WHERE h.org_id = p_org;
END $$;
REVOKE ALL ON FUNCTION auth.own_accounts(integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.own_accounts(integer, integer[]) TO svc_auth;
