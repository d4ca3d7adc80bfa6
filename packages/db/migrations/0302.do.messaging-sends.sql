-- The path of a send. Facts are asked for in memory's stead (many asks in one statement); send_batch writes what was
-- decided on them, and computes them again where rights have moved since.

-- One row per ask: what decides about a send and what its event shows, and a digest of all of it. An ask names the
-- sender and a channel (by id or by the key of its name) or people (by id or by lower-cased e-mail).
-- p_asks: [{i, user, channel? | name? | users?: [] | emails?: []}]
CREATE FUNCTION messaging.send_facts(p_org integer, p_asks jsonb,
    OUT i integer, OUT rights bigint, OUT facts jsonb, OUT hash text) RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  RETURN QUERY
  SELECT found.i, found.rights, found.facts, md5(found.facts::text)
  FROM (
    SELECT a.i, h.rights, jsonb_build_object(
      'realm', o.subdomain,
      'actor', jsonb_build_object(
        'id', s.user_id, 'role', s.role, 'active', s.is_active, 'bot', s.is_bot, 'owner', s.bot_owner_id,
        'generation', g.generation, 'email', s.email, 'name', s.full_name, 'avatar', s.avatar_url,
        'gravatar', s.email_address_visibility = 1),
      'channel', c.facts,
      'people', p.facts) AS facts
    FROM jsonb_to_recordset(p_asks)
      AS a (i integer, "user" integer, channel integer, name text, users integer[], emails text[])
    JOIN events.head h ON h.org_id = p_org
    JOIN auth.v1_organisation o ON o.org_id = p_org
    LEFT JOIN auth.v1_people s ON s.org_id = p_org AND s.user_id = a."user"
    LEFT JOIN auth.v1_actors g ON g.org_id = p_org AND g.user_id = a."user"
    LEFT JOIN LATERAL (
      SELECT jsonb_build_object(
        'id', c.channel_id, 'recipient', c.recipient_id, 'name', c.name, 'private', c.invite_only,
        'shared', c.history_public_to_subscribers, 'web', c.is_web_public, 'archived', c.archived,
        'creator', c.creator_id,
        'subscribed', EXISTS (SELECT FROM streams.v1_subscriptions b
          WHERE b.org_id = p_org AND b.channel_id = c.channel_id AND b.user_id = a."user"),
        'ownerSubscribed', s.bot_owner_id IS NOT NULL AND EXISTS (SELECT FROM streams.v1_subscriptions b
          WHERE b.org_id = p_org AND b.channel_id = c.channel_id AND b.user_id = s.bot_owner_id),
        -- More than 15: then mentioning all of them is not for everybody.
        'many', 15 < (SELECT count(*) FROM (SELECT FROM streams.v1_subscriptions b
          WHERE b.org_id = p_org AND b.channel_id = c.channel_id LIMIT 16) AS few)) AS facts
      FROM (
        SELECT * FROM streams.v1_channels v WHERE v.org_id = p_org AND v.channel_id = a.channel
        UNION ALL
        SELECT * FROM streams.v1_channels v WHERE v.org_id = p_org AND v.name_key = a.name
      ) AS c
    ) c ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('id', p.user_id, 'email', p.email, 'name', p.full_name,
        'active', p.is_active, 'bot', p.is_bot) ORDER BY p.user_id) AS facts
      FROM (
        SELECT u FROM unnest(a.users || a."user") AS u WHERE a.users IS NOT NULL
        UNION
        SELECT a."user" WHERE a.emails IS NOT NULL
        UNION
        SELECT e.user_id FROM unnest(a.emails) AS asked (email)
          JOIN auth.v1_people e ON e.org_id = p_org AND e.email_key = asked.email AND lower(e.email) = asked.email
        UNION
        -- Who hides the real address is reached by the one that is shown.
        SELECT e.user_id FROM unnest(a.emails) AS asked (email)
          JOIN auth.v1_people e ON e.org_id = p_org AND lower(e.email) = asked.email
            AND e.user_id = substring(asked.email FROM '^user([0-9]{1,9})@')::integer
      ) AS wanted (user_id)
      JOIN auth.v1_people p ON p.org_id = p_org AND p.user_id = wanted.user_id
    ) p ON true
  ) AS found;
END $$;

-- Writes a batch of sends behind the head, with their events. Answers each: `sent`; `repeat` (its key was used for the
-- same request: the first message); `other` (for another request); `stale` (what decided has changed).
-- p_sends: [{i, key, request, drawn, ask, rights, hash, channel | users, topic, content, rendered, client, timestamp,
--   sender_read, mentioned: [], channel_wildcard, topic_wildcard: [], event}]; key and request in hexadecimal.
CREATE FUNCTION messaging.send_batch(p_org integer, p_sends jsonb,
    OUT i integer, OUT status text, OUT message_id bigint, OUT rights bigint, OUT seq bigint) RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_rights bigint;
  v_seq bigint;
  v_known jsonb;
  v_answered integer[];
  v_asks jsonb;
  v_stale integer[] := '{}';
  v_events jsonb;
  v_sent jsonb;
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  SELECT h.rights, h.seq INTO v_rights, v_seq FROM events.hold(p_org) AS h;

  -- Keys before rights: what was committed and never answered is answered now, whatever has happened since.
  SELECT coalesce(jsonb_agg(jsonb_build_object('i', s.i, 'id', k.message_id,
      'status', CASE WHEN k.request = decode(s.request, 'hex') THEN 'repeat' ELSE 'other' END)), '[]'),
      coalesce(array_agg(s.i), '{}')
    INTO v_known, v_answered
    FROM jsonb_to_recordset(p_sends) AS s (i integer, key text, request text)
    JOIN messaging.send_keys k ON k.org_id = p_org AND k.key = decode(s.key, 'hex');

  SELECT jsonb_agg(s.ask || jsonb_build_object('i', s.i)) INTO v_asks
    FROM jsonb_to_recordset(p_sends) AS s (i integer, ask jsonb, rights bigint)
    WHERE s.rights <> v_rights AND s.i <> ALL (v_answered);
  IF v_asks IS NOT NULL THEN
    SELECT coalesce(array_agg(f.i), '{}') INTO v_stale
      FROM messaging.send_facts(p_org, v_asks) AS f
      JOIN jsonb_to_recordset(p_sends) AS s (i integer, hash text) ON s.i = f.i
      WHERE f.hash <> s.hash;
  END IF;
  v_answered := v_answered || v_stale;

  WITH opened AS (
    INSERT INTO messaging.recipients (org_id, user_ids)
      SELECT DISTINCT p_org, s.users
      FROM jsonb_to_recordset(p_sends) AS s (i integer, users integer[])
      WHERE s.users IS NOT NULL AND s.i <> ALL (v_answered) AND NOT EXISTS (
        SELECT FROM messaging.recipients r WHERE r.org_id = p_org AND r.user_ids = s.users)
      RETURNING recipient_id, user_ids)
  INSERT INTO messaging.received (org_id, user_id, recipient_id, ranges)
    SELECT p_org, u, o.recipient_id, '{[0,)}' FROM opened o, unnest(o.user_ids) AS u;

  WITH going AS (
    SELECT s.*, r.recipient_id
    FROM jsonb_to_recordset(p_sends) AS s (i integer, key text, request text, drawn boolean, ask jsonb,
      channel integer, users integer[], topic text, content text, rendered text, client text, "timestamp" bigint,
      sender_read boolean, mentioned integer[], channel_wildcard boolean, topic_wildcard integer[], event jsonb)
    CROSS JOIN LATERAL (
      SELECT r.recipient_id FROM messaging.recipients r
        WHERE s.channel IS NOT NULL AND r.org_id = p_org AND r.channel_id = s.channel
      UNION ALL
      SELECT r.recipient_id FROM messaging.recipients r
        WHERE s.users IS NOT NULL AND r.org_id = p_org AND r.user_ids = s.users) AS r
    WHERE s.i <> ALL (v_answered)
    ORDER BY s.i
  ), numbered AS MATERIALIZED (
    SELECT nextval('messaging.message_ids') AS id, (g.ask ->> 'user')::integer AS sender_id, g.* FROM going g
  ), messages AS (
    INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client,
        sent_at, sender_read, channel_wildcard, topic_wildcard)
      SELECT p_org, id, recipient_id, sender_id, topic, content, rendered, client, to_timestamp("timestamp"),
        sender_read, channel_wildcard, topic_wildcard
      FROM numbered
  ), keys AS (
    INSERT INTO messaging.send_keys (org_id, key, request, message_id, drawn)
      SELECT p_org, decode(key, 'hex'), decode(request, 'hex'), id, drawn FROM numbered
  ), mentions AS (
    -- Who is not there to receive it is not mentioned.
    INSERT INTO messaging.user_flags (org_id, user_id, message_id, recipient_id, mentioned)
      SELECT p_org, u, n.id, n.recipient_id, true
      FROM numbered n CROSS JOIN LATERAL unnest(n.mentioned) AS u
      JOIN messaging.received r ON r.org_id = p_org AND r.user_id = u AND r.recipient_id = n.recipient_id
      WHERE upper_inf(r.ranges)
  )
  SELECT
    jsonb_agg(jsonb_build_object('type', 'message.sent', 'users', coalesce(to_jsonb(n.users), '[]'),
      'channel', n.channel, 'changes_rights', false, 'revokes', false,
      'body', n.event || jsonb_build_object('message_id', n.id, 'recipient_id', n.recipient_id, 'topic', n.topic,
        'content', n.content, 'rendered', n.rendered, 'client', n.client, 'timestamp', n."timestamp"))
      ORDER BY n.id),
    coalesce(jsonb_agg(jsonb_build_object('i', n.i, 'id', n.id) ORDER BY n.id), '[]')
    INTO v_events, v_sent
    FROM numbered n;

  IF v_events IS NOT NULL THEN
    SELECT e.seq INTO v_seq FROM events.append(p_org, NULL, v_events) AS e;
  END IF;
  RETURN QUERY
    SELECT (k ->> 'i')::integer, k ->> 'status', (k ->> 'id')::bigint, v_rights, v_seq
      FROM jsonb_array_elements(v_known) AS k
    UNION ALL
    SELECT s, 'stale', NULL::bigint, v_rights, v_seq FROM unnest(v_stale) AS s
    UNION ALL
    SELECT (n ->> 'i')::integer, 'sent', (n ->> 'id')::bigint, v_rights, v_seq FROM jsonb_array_elements(v_sent) AS n;
END $$;

REVOKE ALL ON FUNCTION messaging.send_facts(integer, jsonb), messaging.send_batch(integer, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.send_facts(integer, jsonb), messaging.send_batch(integer, jsonb) TO svc_messaging;
