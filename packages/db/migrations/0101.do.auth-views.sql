-- What other schemas may read of accounts. The owner's policies apply, so each shows one organisation.
CREATE VIEW auth.v1_actors AS
  SELECT org_id, user_id, role, is_active, is_bot, bot_owner_id, date_joined, generation
  FROM auth.users;

CREATE VIEW auth.v1_people AS
  SELECT org_id, user_id, email, delivery_email, email_address_visibility, full_name, role, is_active,
         is_bot, bot_type, bot_owner_id, date_joined, timezone, avatar_version,
         '/avatar/' || user_id || '?version=' || avatar_version AS avatar_url,
         email_key
  FROM auth.users;

CREATE VIEW auth.v1_organisation AS
  SELECT org_id, subdomain, name, description, created_at, deactivated
  FROM auth.organisations
  WHERE org_id = nullif(current_setting('app.org', true), '')::integer;

GRANT SELECT ON auth.v1_actors, auth.v1_people, auth.v1_organisation
  TO svc_auth, svc_streams, svc_messaging, svc_gateway;

-- The organisation a host name stands for; the root host (null) is the first one's. The organisation in which
-- `parley up` sends its first message does not count as one.
CREATE FUNCTION auth.v1_org_by_subdomain(wanted text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT org_id FROM auth.organisations
  WHERE CASE WHEN wanted IS NULL THEN subdomain <> 'delivery-check' ELSE subdomain = wanted END
  ORDER BY org_id LIMIT 1
$$;
REVOKE ALL ON FUNCTION auth.v1_org_by_subdomain(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_org_by_subdomain(text) TO svc_auth, svc_gateway;
