-- What the service that keeps pictures asks of accounts: whether their people change pictures, under which number each
-- picture is known and which is the next. It has no other say over them.
CREATE VIEW auth.v1_avatars_fixed AS
  SELECT org_id FROM auth.settings WHERE settings @> '{"avatar_changes_disabled": true}';
CREATE VIEW auth.v1_avatar_versions AS SELECT org_id, user_id, avatar_version AS version FROM auth.users;
GRANT SELECT ON auth.v1_avatars_fixed, auth.v1_avatar_versions TO svc_uploads;

-- Takes the account's row until the transaction ends, so that changes of one account's picture take turns. Before the
-- head is taken.
CREATE FUNCTION auth.v1_next_avatar(p_org integer, p_user integer) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY
  UPDATE auth.users u SET avatar_version = u.avatar_version + 1
  WHERE u.org_id = p_org AND u.user_id = p_user
  RETURNING u.avatar_version;
END $$;
REVOKE ALL ON FUNCTION auth.v1_next_avatar(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_next_avatar(integer, integer) TO svc_uploads;
