-- What the organisation's own bot says names people and what they do. Where guests see only whom they have met, it says nothing
-- in a channel with guests in it; reports go to those who moderate all the same.
CREATE OR REPLACE FUNCTION messaging.v1_say(p_org integer, p_channel integer, p_users integer[], p_topic text, p_content text,
    p_url text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF p_channel IS NOT NULL
    AND EXISTS (SELECT FROM auth.v1_permissions q
      WHERE q.org_id = p_org AND coalesce((q.permissions ->> 'can_access_all_users_group')::integer, 2) <> 2)
    AND NOT EXISTS (SELECT FROM auth.v1_settings t
      WHERE t.org_id = p_org AND (t.settings ->> 'moderation_request_channel_id')::integer = p_channel)
    AND EXISTS (SELECT FROM streams.v1_subscriptions s
      JOIN auth.v1_actors a ON a.org_id = s.org_id AND a.user_id = s.user_id
      WHERE s.org_id = p_org AND s.channel_id = p_channel AND a.role >= 600)
  THEN
    RETURN;
  END IF;
  INSERT INTO messaging.scheduled (org_id, user_id, channel_id, user_ids, topic, content, rendered, client, url,
      sender_read, deliver_at, next_try_at)
    SELECT p_org, b.user_id, p_channel,
      (SELECT array_agg(u ORDER BY u) FROM (SELECT unnest(p_users) UNION SELECT b.user_id) AS people (u)
        WHERE p_channel IS NULL),
      p_topic, p_content, '', 'Internal', p_url, true, to_timestamp(0), to_timestamp(0)
    FROM auth.v1_system_bots b WHERE b.org_id = p_org;
END $$;

-- A process of a version that knows no such bot gives up what it was to say: it is tried again by one that does.
CREATE FUNCTION messaging.keep_notices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF EXISTS (SELECT FROM auth.v1_system_bots b WHERE b.org_id = NEW.org_id AND b.user_id = NEW.user_id) THEN
    NEW.failed := false;
    NEW.next_try_at := greatest(NEW.next_try_at, now() + interval '5 seconds');
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION messaging.keep_notices() FROM PUBLIC;
CREATE TRIGGER keep_notices BEFORE UPDATE OF failed ON messaging.scheduled
  FOR EACH ROW WHEN (NEW.failed AND NOT OLD.failed) EXECUTE FUNCTION messaging.keep_notices();
