-- As before; of two who ask for the same at once, where there is no row yet, one brings news.
CREATE OR REPLACE FUNCTION auth.v1_show_presence(p_org integer, p_user integer, p_shown boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF p_shown THEN
    UPDATE auth.user_settings s SET settings = s.settings || '{"presence_enabled": true}'
      WHERE s.org_id = p_org AND s.user_id = p_user AND s.settings ->> 'presence_enabled' = 'false';
  ELSE
    INSERT INTO auth.user_settings AS s (org_id, user_id, settings)
      VALUES (p_org, p_user, '{"presence_enabled": false}')
      ON CONFLICT (org_id, user_id) DO UPDATE SET settings = s.settings || excluded.settings
        WHERE coalesce(s.settings ->> 'presence_enabled', 'true') <> 'false';
  END IF;
  RETURN FOUND;
END $$;
