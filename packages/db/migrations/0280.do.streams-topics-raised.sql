-- Has people follow a topic, or see it in a channel that they muted, where it shows them less now; what they muted stays muted
-- unless `p_even_muted`. Who has set something for as many topics as one may gets no more. Answers for whom that is news.
-- Only behind the head, where everything that is set for topics is written.
CREATE FUNCTION streams.v1_raise_topic(p_org integer, p_channel integer, p_topic text, p_users integer[], p_policy integer,
    p_even_muted boolean, p_most integer, p_at bigint) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
BEGIN
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
REVOKE ALL ON FUNCTION streams.v1_raise_topic(integer, integer, text, integer[], integer, boolean, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams.v1_raise_topic(integer, integer, text, integer[], integer, boolean, integer, bigint)
  TO svc_messaging;
