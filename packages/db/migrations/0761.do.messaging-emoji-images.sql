-- Where the images of an organisation's emoji in use are, by name: one statement, without a transaction around it.
CREATE FUNCTION messaging.emoji_images(p_org integer, p_names text[]) RETURNS TABLE (name text, source_url text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  RETURN QUERY
    SELECT e.name, e.source_url FROM uploads.v1_emoji e
      WHERE e.org_id = p_org AND e.name = ANY (p_names) AND NOT e.deactivated;
END $$;
REVOKE ALL ON FUNCTION messaging.emoji_images(integer, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.emoji_images(integer, text[]) TO svc_messaging;
