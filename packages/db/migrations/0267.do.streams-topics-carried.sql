-- What people set for a topic goes with it where all of it goes elsewhere. Who set something for one topic.
CREATE INDEX user_topics_of_topic ON streams.user_topics (org_id, channel_id, topic_key);

-- Ends what these people set for one topic and sets it for another: of each what is wanted there, null where it stays as it
-- is. Only behind the head, where everything that is set for topics is written.
CREATE FUNCTION streams.v1_carry_topic(p_org integer, p_channel integer, p_topic text, p_to_channel integer, p_to_topic text,
    p_users integer[], p_policies smallint[], p_at bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
BEGIN
  DELETE FROM streams.user_topics t
    WHERE t.org_id = p_org AND t.channel_id = p_channel AND t.topic_key = lower(p_topic) AND t.user_id = ANY (p_users);
  INSERT INTO streams.user_topics AS t (org_id, user_id, channel_id, topic, policy, changed_at)
    SELECT p_org, u.id, p_to_channel, p_to_topic, u.policy, to_timestamp(p_at)
    FROM unnest(p_users, p_policies) AS u (id, policy) WHERE u.policy IS NOT NULL
    ON CONFLICT (org_id, user_id, channel_id, topic_key)
      DO UPDATE SET topic = excluded.topic, policy = excluded.policy, changed_at = excluded.changed_at;
END $$;
REVOKE ALL ON FUNCTION streams.v1_carry_topic(integer, integer, text, integer, text, integer[], smallint[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams.v1_carry_topic(integer, integer, text, integer, text, integer[], smallint[], bigint)
  TO svc_messaging;
