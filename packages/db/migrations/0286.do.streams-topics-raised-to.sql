-- As before, and what somebody did not ask for by hand is never that they mute a topic.
CREATE OR REPLACE FUNCTION streams.v1_raise_topic(p_org integer, p_channel integer, p_topic text, p_users integer[],
    p_policy integer, p_even_muted boolean, p_most integer, p_at bigint) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
BEGIN
  IF p_policy NOT IN (2, 3) THEN
    RAISE EXCEPTION 'a topic is raised to being unmuted or followed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN QUERY
  INSERT INTO streams.user_topics AS t (org_id, user_id, channel_id, topic, policy, changed_at)
    SELECT p_org, u.id, p_channel, p_topic, p_policy, to_timestamp(p_at)
    FROM unnest(p_users) AS u (id)
    WHERE EXISTS (SELECT FROM streams.user_topics o
        WHERE o.org_id = p_org AND o.user_id = u.id AND o.channel_id = p_channel AND o.topic_key = lower(p_topic))
      OR (SELECT count(*) FROM streams.user_topics o WHERE o.org_id = p_org AND o.user_id = u.id) < p_most
    ON CONFLICT (org_id, user_id, channel_id, topic_key)
      DO UPDATE SET topic = excluded.topic, policy = excluded.policy, changed_at = excluded.changed_at
      WHERE t.policy < excluded.policy AND (p_even_muted OR t.policy <> 1)
    RETURNING t.user_id;
END $$;
