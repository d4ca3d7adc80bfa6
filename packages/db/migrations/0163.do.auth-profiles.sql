-- Fields that every profile of an organisation has, and what people put into them. No foreign key binds a value to its
-- field: values are written behind the head, and whoever takes a field away has it too.
CREATE SEQUENCE auth.profile_field_ids AS integer;
CREATE TABLE auth.profile_fields (
  org_id                     integer NOT NULL REFERENCES auth.organisations,
  field_id                   integer NOT NULL DEFAULT nextval('auth.profile_field_ids'),
  type                       smallint NOT NULL,
  place                      integer NOT NULL,
  name                       text NOT NULL,
  hint                       text NOT NULL,
  field_data                 text NOT NULL,
  display_in_profile_summary boolean NOT NULL,
  required                   boolean NOT NULL,
  editable_by_user           boolean NOT NULL,
  PRIMARY KEY (org_id, field_id)
);
CREATE TABLE auth.profile_values (
  org_id   integer NOT NULL,
  user_id  integer NOT NULL,
  field_id integer NOT NULL,
  value    text NOT NULL,
  -- HTML; of texts only.
  rendered text,
  PRIMARY KEY (org_id, user_id, field_id)
);
CREATE INDEX profile_values_of_field ON auth.profile_values (org_id, field_id, user_id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['profile_fields', 'profile_values'] LOOP
    EXECUTE format('ALTER TABLE auth.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE auth.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY organisation ON auth.%I USING (org_id = (SELECT nullif(current_setting(''app.org'', true), '''')::integer))',
      name);
  END LOOP;
END $$;
GRANT USAGE ON auth.profile_field_ids TO svc_auth;
GRANT SELECT, INSERT, DELETE, UPDATE (place, name, hint, field_data, display_in_profile_summary, required, editable_by_user)
  ON auth.profile_fields TO svc_auth;
GRANT SELECT, INSERT, DELETE, UPDATE (value, rendered) ON auth.profile_values TO svc_auth;

-- As auth.own_accounts_v2, which the version before goes on asking, with the profile. What people had put into a field
-- that is gone may outlive it, and is seen by nobody.
CREATE FUNCTION auth.own_accounts_v3(p_org integer, p_users integer[]) RETURNS TABLE (
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
REVOKE ALL ON FUNCTION auth.own_accounts_v3(integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.own_accounts_v3(integer, integer[]) TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY[
  'organisation.list-changed', 'profile-fields.set', 'profile.changed'
]) AS type
ON CONFLICT DO NOTHING;
