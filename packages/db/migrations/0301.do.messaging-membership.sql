-- What streams calls inside its own transactions. Lock order: call these after every other row change and just before
-- the append, because the subscription functions take the head (ids are compared behind it).

-- The first id that a message sent after this transaction can have. Only true behind the head.
CREATE FUNCTION messaging.next_message_id() RETURNS bigint
LANGUAGE sql VOLATILE SET search_path = pg_catalog
AS $$ SELECT last_value + is_called::integer FROM messaging.message_ids $$;
REVOKE ALL ON FUNCTION messaging.next_message_id() FROM PUBLIC;

-- Makes the recipient of a new channel (or finds it) and returns its id.
CREATE FUNCTION messaging.v1_open_channel(p_org integer, p_channel integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE v_recipient integer;
BEGIN
  INSERT INTO messaging.recipients (org_id, channel_id) VALUES (p_org, p_channel)
    ON CONFLICT (org_id, channel_id) DO NOTHING
    RETURNING recipient_id INTO v_recipient;
  IF v_recipient IS NULL THEN
    SELECT recipient_id INTO STRICT v_recipient FROM messaging.recipients
      WHERE org_id = p_org AND channel_id = p_channel;
  END IF;
  RETURN v_recipient;
END $$;

-- From now on these users receive what is sent to the channel. Users who already do are left as they are.
CREATE FUNCTION messaging.v1_subscribed(p_org integer, p_channel integer, p_users integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  v_recipient integer;
  v_next bigint;
BEGIN
  PERFORM events.hold(p_org);
  v_next := messaging.next_message_id();
  SELECT recipient_id INTO STRICT v_recipient FROM messaging.recipients
    WHERE org_id = p_org AND channel_id = p_channel;
  INSERT INTO messaging.received AS r (org_id, user_id, recipient_id, ranges)
    SELECT p_org, u, v_recipient, int8multirange(int8range(v_next, NULL))
    FROM (SELECT DISTINCT u FROM unnest(p_users) AS u ORDER BY u) AS users
    ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges =
      -- Where nothing was sent between leaving and coming back, both stays are one range.
      r.ranges + int8range(
        CASE WHEN isempty(r.ranges) OR EXISTS (
          SELECT FROM messaging.messages m
          WHERE m.org_id = p_org AND m.recipient_id = v_recipient
            AND m.message_id >= upper(r.ranges) AND m.message_id < v_next)
        THEN v_next ELSE upper(r.ranges) END, NULL)::int8multirange
      WHERE NOT upper_inf(r.ranges);
END $$;

-- From now on they do not; what they had left unread there counts as read.
CREATE FUNCTION messaging.v1_unsubscribed(p_org integer, p_channel integer, p_users integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  v_recipient integer;
  v_next bigint;
BEGIN
  PERFORM events.hold(p_org);
  v_next := messaging.next_message_id();
  SELECT recipient_id INTO STRICT v_recipient FROM messaging.recipients
    WHERE org_id = p_org AND channel_id = p_channel;
  UPDATE messaging.received SET ranges = ranges - int8multirange(int8range(v_next, NULL))
    WHERE org_id = p_org AND recipient_id = v_recipient AND user_id = ANY (p_users);
  INSERT INTO messaging.read_state AS s (org_id, user_id, recipient_id, ranges)
    SELECT p_org, u, v_recipient, int8multirange(int8range(0, v_next))
    FROM (SELECT DISTINCT u FROM unnest(p_users) AS u ORDER BY u) AS users
    ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = s.ranges + excluded.ranges;
END $$;

REVOKE ALL ON FUNCTION messaging.v1_open_channel(integer, integer),
  messaging.v1_subscribed(integer, integer, integer[]),
  messaging.v1_unsubscribed(integer, integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_open_channel(integer, integer),
  messaging.v1_subscribed(integer, integer, integer[]),
  messaging.v1_unsubscribed(integer, integer, integer[]) TO svc_streams;
