-- Messages go to other channels. Where one stands since its last move is kept apart, also after it is deleted: what the log
-- holds of it from before is shown to nobody who may not read there. It is a number beside a number, never content.
CREATE TABLE messaging.relocated (
  org_id     integer NOT NULL,
  message_id bigint NOT NULL,
  channel_id integer NOT NULL,
  PRIMARY KEY (org_id, message_id)
);
ALTER TABLE messaging.relocated ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.relocated FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.relocated
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
GRANT SELECT, INSERT, UPDATE (channel_id) ON messaging.relocated TO svc_messaging;

GRANT UPDATE (recipient_id) ON messaging.messages, messaging.user_flags TO svc_messaging;

-- Those of the messages that ever moved: where each stands, and whether it came to the user as far as the channel asks for
-- that. One probe for each, however many of the organisation moved.
CREATE FUNCTION messaging.v1_relocated(p_org integer, p_user integer, p_messages bigint[])
RETURNS TABLE (message_id bigint, channel_id integer, held boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT asked.id, moved.channel_id, c.history_public_to_subscribers OR EXISTS (
    SELECT FROM messaging.received r CROSS JOIN unnest(r.ranges) AS g
    WHERE r.org_id = p_org AND r.user_id = p_user AND r.recipient_id = c.recipient_id AND g @> asked.id)
  FROM unnest(p_messages) AS asked (id)
  CROSS JOIN LATERAL (SELECT w.channel_id FROM messaging.relocated w
    WHERE w.org_id = p_org AND w.message_id = asked.id LIMIT 1) AS moved
  JOIN streams.v1_channels c ON c.org_id = p_org AND c.channel_id = moved.channel_id;
END $$;
REVOKE ALL ON FUNCTION messaging.v1_relocated(integer, integer, bigint[]) FROM PUBLIC;
GRANT USAGE ON SCHEMA messaging TO svc_gateway;
GRANT EXECUTE ON FUNCTION messaging.v1_relocated(integer, integer, bigint[]) TO svc_gateway;

INSERT INTO events.emitters (role, type)
SELECT 'svc_messaging', type
FROM unnest(ARRAY['messages.relocated', 'messages.withdrawn', 'message.carried', 'message.appeared']) AS type
ON CONFLICT DO NOTHING;
