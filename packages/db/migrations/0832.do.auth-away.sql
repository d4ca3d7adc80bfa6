-- Who says that they are away, as older clients do, does not show when they are there: their own setting, changed by messaging
-- among the rows of setting a status. Answers whether that is news.
CREATE FUNCTION auth.v1_show_presence(p_org integer, p_user integer, p_shown boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_shown boolean;
BEGIN
  SELECT (s.settings ->> 'presence_enabled')::boolean INTO v_shown
    FROM auth.user_settings s WHERE s.org_id = p_org AND s.user_id = p_user FOR NO KEY UPDATE;
  IF coalesce(v_shown, true) = p_shown THEN
    RETURN false;
  END IF;
  INSERT INTO auth.user_settings AS s (org_id, user_id, settings)
    VALUES (p_org, p_user, jsonb_build_object('presence_enabled', p_shown))
    ON CONFLICT (org_id, user_id) DO UPDATE SET settings = s.settings || excluded.settings;
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION auth.v1_show_presence(integer, integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.v1_show_presence(integer, integer, boolean) TO svc_messaging;

INSERT INTO events.emitters (role, type) VALUES ('svc_messaging', 'account.set') ON CONFLICT DO NOTHING;
