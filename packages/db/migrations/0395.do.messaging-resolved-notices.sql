-- Is it the notice that a topic was resolved, or is not any more? Who wants that read need not read it.
ALTER TABLE messaging.scheduled ADD COLUMN resolved boolean NOT NULL DEFAULT false;

-- What accounts want of it where they chose.
CREATE VIEW auth.v1_resolved_notices AS
  SELECT org_id, user_id, settings ->> 'resolved_topic_notice_auto_read_policy' AS policy
  FROM auth.user_settings WHERE settings ->> 'resolved_topic_notice_auto_read_policy' IS NOT NULL;
GRANT SELECT ON auth.v1_resolved_notices TO svc_messaging;

-- As v1_say, and says whether it is that notice.
CREATE FUNCTION messaging.v2_say(p_org integer, p_channel integer, p_users integer[], p_topic text, p_content text,
    p_url text, p_resolved boolean) RETURNS void
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
      sender_read, deliver_at, next_try_at, resolved)
    SELECT p_org, b.user_id, p_channel,
      (SELECT array_agg(u ORDER BY u) FROM (SELECT unnest(p_users) UNION SELECT b.user_id) AS people (u)
        WHERE p_channel IS NULL),
      p_topic, p_content, '', 'Internal', p_url, true, to_timestamp(0), to_timestamp(0), p_resolved
    FROM auth.v1_system_bots b WHERE b.org_id = p_org;
END $$;
REVOKE ALL ON FUNCTION messaging.v2_say(integer, integer, integer[], text, text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v2_say(integer, integer, integer[], text, text, text, boolean)
  TO svc_auth, svc_streams, svc_messaging;

CREATE OR REPLACE FUNCTION messaging.v1_say(p_org integer, p_channel integer, p_users integer[], p_topic text, p_content text,
    p_url text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN PERFORM messaging.v2_say(p_org, p_channel, p_users, p_topic, p_content, p_url, false); END $$;
