-- Organisations that keep messages for a time only, all of them or those of a channel.
CREATE POLICY expiring ON auth.settings FOR SELECT TO parley_owner
  USING (current_setting('app.expiring', true) = 'on');
CREATE FUNCTION messaging.expiring_organisations() RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM set_config('app.expiring', 'on', true);
  RETURN QUERY
    SELECT s.org_id FROM auth.settings s WHERE (s.settings ->> 'message_retention_days')::integer > 0
    UNION
    SELECT c.org_id FROM streams.channels c WHERE c.message_retention_days > 0;
  PERFORM set_config('app.expiring', '', true);
END $$;
REVOKE ALL ON FUNCTION messaging.expiring_organisations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.expiring_organisations() TO svc_messaging;
