-- What the organisation's own bot is to say: written in the transaction of the act that it tells of, and sent by the job that
-- sends what is due, as a scheduled message of the bot's that is due at once, whatever clock is asked. So it is said exactly
-- once if the act happened, and never if it did not. To a channel, or to people.
CREATE FUNCTION messaging.v1_say(p_org integer, p_channel integer, p_users integer[], p_topic text, p_content text,
    p_url text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO messaging.scheduled (org_id, user_id, channel_id, user_ids, topic, content, rendered, client, url,
      sender_read, deliver_at, next_try_at)
    SELECT p_org, b.user_id, p_channel,
      (SELECT array_agg(u ORDER BY u) FROM (SELECT unnest(p_users) UNION SELECT b.user_id) AS people (u)
        WHERE p_channel IS NULL),
      p_topic, p_content, '', 'Internal', p_url, true, to_timestamp(0), to_timestamp(0)
    FROM auth.v1_system_bots b WHERE b.org_id = p_org;
END $$;
REVOKE ALL ON FUNCTION messaging.v1_say(integer, integer, integer[], text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_say(integer, integer, integer[], text, text, text)
  TO svc_auth, svc_streams, svc_messaging;
