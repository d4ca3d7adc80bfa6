-- What an organisation gave to other groups than at first, by the permission's name: the group's id. Everybody's rights
-- follow from it, so every service reads it.
ALTER TABLE auth.settings
  ADD COLUMN permissions jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(permissions) = 'object'),
  ALTER COLUMN settings SET DEFAULT '{}';
GRANT UPDATE (permissions) ON auth.settings TO svc_auth;

CREATE VIEW auth.v1_permissions AS SELECT org_id, permissions FROM auth.settings;
GRANT SELECT ON auth.v1_permissions TO svc_auth, svc_streams, svc_messaging, svc_gateway;

-- As auth.own_accounts, which the version before goes on asking, with them.
CREATE FUNCTION auth.own_accounts_v2(p_org integer, p_users integer[]) RETURNS TABLE (
  user_id integer, rights bigint, email text, delivery_email text, email_address_visibility smallint, full_name text,
  role smallint, is_active boolean, is_bot boolean, bot_type smallint, bot_owner_id integer, date_joined timestamptz,
  timezone text, avatar_version integer, generation integer, group_ids integer[], permissions jsonb)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  RETURN QUERY
  SELECT u.user_id, h.rights, u.email, u.delivery_email, u.email_address_visibility, u.full_name, u.role, u.is_active,
    u.is_bot, u.bot_type, u.bot_owner_id, u.date_joined, u.timezone, u.avatar_version, u.generation, g.group_ids,
    s.permissions
  FROM events.head h JOIN auth.users u ON u.org_id = h.org_id AND u.user_id = ANY (p_users)
  LEFT JOIN auth.v1_groups_of(p_org, p_users) g ON g.user_id = u.user_id
  LEFT JOIN auth.settings s ON s.org_id = h.org_id
  WHERE h.org_id = p_org;
END $$;
REVOKE ALL ON FUNCTION auth.own_accounts_v2(integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.own_accounts_v2(integer, integer[]) TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY['organisation.permissions-changed', 'organisation.permission-set']) AS type
ON CONFLICT DO NOTHING;
