-- In which language words lose their endings, for the whole server. Words that were written by another are written anew by
-- the job that takes up messages from before there were words; until it has them all, searches walk along the messages.

-- The owner alone calls it, before any service runs. Returns whether that is another language than before.
CREATE FUNCTION messaging.speak(p_language text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_org integer;
BEGIN
  IF EXISTS (
    SELECT FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
      WHERE n.nspname = 'messaging' AND d.dictname = 'stems' AND d.dictinitoption = format('language = %L', p_language)
  ) THEN
    RETURN false;
  END IF;
  -- Refuses what it knows no endings of.
  EXECUTE format('ALTER TEXT SEARCH DICTIONARY messaging.stems (language = %L)', p_language);
  TRUNCATE messaging.words;
  FOR v_org IN SELECT org_id FROM auth.organisations LOOP
    PERFORM set_config('app.org', v_org::text, true);
    INSERT INTO messaging.unfilled AS u (org_id, below) SELECT v_org, i.last_value + 1 FROM messaging.message_ids i
      ON CONFLICT (org_id) DO UPDATE SET below = excluded.below;
  END LOOP;
  PERFORM set_config('app.org', '', true);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION messaging.speak(text) FROM PUBLIC;
