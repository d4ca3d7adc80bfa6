-- Who knows of other channels than before, because a channel was given other permissions, begins anew: queues from
-- before the new vantage end.
CREATE FUNCTION auth.v1_raise_vantage(p_org integer, p_users integer[])
RETURNS TABLE (user_id integer, role smallint, vantage integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  UPDATE auth.users u SET vantage = u.vantage + 1
  WHERE u.org_id = p_org AND u.user_id = ANY (p_users)
  RETURNING u.user_id, u.role, u.vantage;
END $$;
REVOKE ALL ON FUNCTION auth.v1_raise_vantage(integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_raise_vantage(integer, integer[]) TO svc_streams;
