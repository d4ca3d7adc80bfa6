-- A bot that is mentioned in a channel that is not private, and is not in it, gets the message and its flag (docs/adr/0033): it
-- is told beside the subscribers, and has that one message, as if it had been there for it.

-- Of a batch of messages: which bots each reaches so, by its place, and what they have of it is written. Behind the head. Bots in
-- use that are no guests and somebody's, of one message so many at most; not those that only send, for these ask for nothing.
-- A row of ranges that outgrows a page's quarter is compressed anew whenever it is written: so few of them, each short, and each
-- written once for a whole batch.
CREATE FUNCTION messaging.reach_bots(p_org integer, p_ids bigint[], p_recipients integer[], p_channels integer[],
    p_mentioned text[])
RETURNS TABLE (place integer, users integer[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_most_bots CONSTANT integer := 10;
  -- The oldest go, and count as read where they were not.
  v_most_parts CONSTANT integer := 50;
  v_places integer[];
  v_ids bigint[];
  v_recipients integer[];
  v_reached text[];
  v_user integer;
  v_recipient integer;
  v_oldest int8multirange;
  v_unread bigint[];
  v_bodies text[];
  v_whose text[];
BEGIN
  SELECT array_agg(g.n::integer), array_agg(g.id), array_agg(g.recipient_id), array_agg(found.users::text)
    INTO v_places, v_ids, v_recipients, v_reached
    FROM unnest(p_ids, p_recipients, p_channels, p_mentioned) WITH ORDINALITY AS g (id, recipient_id, channel_id, mentioned, n)
    CROSS JOIN LATERAL (
      SELECT FROM streams.v1_channels c
        WHERE c.org_id = p_org AND c.channel_id = g.channel_id AND NOT c.invite_only LIMIT 1) AS open
    CROSS JOIN LATERAL (
      SELECT array_agg(bot.user_id ORDER BY bot.user_id) AS users FROM (
        SELECT p.user_id
        FROM unnest(g.mentioned::integer[]) AS w (user_id)
        CROSS JOIN LATERAL (
          SELECT p.user_id FROM auth.v1_people p
            WHERE p.org_id = p_org AND p.user_id = w.user_id AND p.is_bot AND p.is_active AND p.role < 600
              AND p.bot_owner_id IS NOT NULL AND p.bot_type IS DISTINCT FROM 2 LIMIT 1) AS p
        WHERE NOT EXISTS (
          SELECT FROM messaging.received r
            WHERE r.org_id = p_org AND r.user_id = p.user_id AND r.recipient_id = g.recipient_id AND upper_inf(r.ranges))
        ORDER BY p.user_id LIMIT v_most_bots) AS bot) AS found
    WHERE g.mentioned <> '{}' AND found.users IS NOT NULL;
  IF v_places IS NULL THEN
    RETURN;
  END IF;
  FOR v_user, v_recipient, v_oldest IN
    WITH written AS (
      INSERT INTO messaging.received AS r (org_id, user_id, recipient_id, ranges)
        SELECT p_org, u, g.recipient_id, range_agg(int8range(g.id, g.id + 1))
          FROM unnest(v_ids, v_recipients, v_reached) AS g (id, recipient_id, reached)
          CROSS JOIN LATERAL unnest(g.reached::integer[]) AS u
          GROUP BY u, g.recipient_id ORDER BY u, g.recipient_id
        ON CONFLICT (org_id, user_id, recipient_id) DO UPDATE SET ranges = r.ranges + excluded.ranges
        RETURNING r.user_id, r.recipient_id, r.ranges
    )
    SELECT w.user_id, w.recipient_id, above.ranges FROM written w
      CROSS JOIN LATERAL (
        SELECT range_agg(part) AS ranges FROM (
          SELECT part FROM unnest(w.ranges) AS part ORDER BY lower(part) DESC OFFSET v_most_parts) AS part) AS above
      WHERE above.ranges IS NOT NULL
      ORDER BY w.user_id, w.recipient_id
  LOOP
    SELECT array_agg(m.message_id ORDER BY m.message_id) INTO v_unread
      FROM (SELECT m.message_id
        FROM unnest(v_oldest - coalesce((
          SELECT s.ranges FROM messaging.read_state s
            WHERE s.org_id = p_org AND s.user_id = v_user AND s.recipient_id = v_recipient), '{}')) AS part
        CROSS JOIN LATERAL (SELECT m.message_id FROM messaging.messages m
          WHERE m.org_id = p_org AND m.recipient_id = v_recipient
            AND m.message_id >= lower(part) AND m.message_id < upper(part)
          ORDER BY m.message_id DESC LIMIT 20000) AS m
        ORDER BY m.message_id DESC LIMIT 20000) AS m;
    UPDATE messaging.received r SET ranges = r.ranges - v_oldest
      WHERE r.org_id = p_org AND r.user_id = v_user AND r.recipient_id = v_recipient;
    CONTINUE WHEN v_unread IS NULL;
    v_bodies := v_bodies || ('{"op":"add","flag":"read","messages":' || to_json(v_unread)::text || ',"details":null}');
    v_whose := v_whose || ('{' || v_user || '}');
  END LOOP;
  IF v_bodies IS NOT NULL THEN
    PERFORM events.append_plain(p_org, 'flags.changed', v_bodies, v_whose, array_fill(NULL::integer, ARRAY[cardinality(v_bodies)]));
  END IF;
  RETURN QUERY SELECT g.place, g.reached::integer[] FROM unnest(v_places, v_reached) AS g (place, reached);
END $$;
REVOKE ALL ON FUNCTION messaging.reach_bots(integer, bigint[], integer[], integer[], text[]) FROM PUBLIC;

-- A channel is closed: what those who are not in it have there and have not read, which are bots that were mentioned, counts
-- as read, as for who leaves. Says what it was, no more than `p_most` of it all, the newest of each. Behind the head.
CREATE FUNCTION messaging.v1_closed(p_org integer, p_channel integer, p_most integer)
RETURNS TABLE (user_id integer, message_ids bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE v_users integer[];
BEGIN
  PERFORM events.hold(p_org);
  v_users := ARRAY(
    SELECT r.user_id FROM messaging.recipients rc
    JOIN messaging.received r ON r.org_id = p_org AND r.recipient_id = rc.recipient_id
    LEFT JOIN messaging.read_state s
      ON s.org_id = p_org AND s.user_id = r.user_id AND s.recipient_id = rc.recipient_id
    WHERE rc.org_id = p_org AND rc.channel_id = p_channel AND NOT upper_inf(r.ranges)
      AND NOT isempty(r.ranges - coalesce(s.ranges, '{}'))
    ORDER BY r.user_id);
  IF v_users <> '{}' THEN
    RETURN QUERY SELECT c.user_id, c.message_ids
      FROM messaging.v2_unsubscribed(p_org, p_channel, v_users, p_most / cardinality(v_users)) AS c;
  END IF;
END $$;
REVOKE ALL ON FUNCTION messaging.v1_closed(integer, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_closed(integer, integer, integer) TO svc_streams;

-- As before, and reaches such bots where that is asked for: by services of this version, which come after all gateways that know
-- when not to tell of it. Where nobody is mentioned it does nothing more.
DROP FUNCTION messaging.send_batch(integer, bytea[], bytea[], boolean[], jsonb, bigint[], text[], integer[],
  integer[], text[], text[], text[], text[], text[], bigint[], boolean[], text[], boolean[], text[], text[],
  text[], bigint[], text[], text[]);
CREATE FUNCTION messaging.send_batch(p_org integer, p_key bytea[], p_request bytea[], p_drawn boolean[],
    p_asks jsonb, p_rights bigint[], p_hash text[], p_sender integer[], p_channel integer[], p_users text[],
    p_topic text[], p_content text[], p_rendered text[], p_client text[], p_sent bigint[], p_sender_read boolean[],
    p_mentioned text[], p_channel_wildcard boolean[], p_topic_wildcard text[], p_body text[],
    p_alerted text[] DEFAULT NULL, p_words bigint[] DEFAULT NULL, p_read_by text[] DEFAULT NULL,
    p_unread_for text[] DEFAULT NULL, p_bots boolean DEFAULT false,
    OUT i integer, OUT status text, OUT message_id bigint, OUT rights bigint, OUT seq bigint) RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  -- Probes of indexes only (LIMIT 1 keeps their order): while a table is small, walking all of an organisation once looks
  -- cheaper, and a plan stays until the next ANALYZE, however much the table has grown by then.
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET enable_bitmapscan = off SET enable_material = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  v_rights bigint;
  v_seq bigint;
  v_answered integer[] := '{}';
  v_moved integer[];
  v_since bigint;
  v_again jsonb;
  v_stale integer[];
  v_direct boolean;
  v_places integer[];
  v_ids bigint[];
  v_recipients integer[];
  v_bodies text[];
  v_users text[];
  v_channels integer[];
  v_words bigint;
  v_read integer[];
  v_unread integer[];
  v_place integer;
  v_reached text;
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  SELECT h.rights, h.seq INTO v_rights, v_seq FROM events.hold(p_org) AS h;

  -- Keys before rights: what was committed and never answered is answered now, whatever has happened since.
  FOR i, status, message_id IN
    SELECT g.n, CASE WHEN k.request = p_request[g.n] THEN 'repeat' ELSE 'other' END, k.message_id
    FROM unnest(p_key) WITH ORDINALITY AS g (key, n)
    CROSS JOIN LATERAL (
      SELECT k.request, k.message_id FROM messaging.send_keys k WHERE k.org_id = p_org AND k.key = g.key LIMIT 1) AS k
  LOOP
    v_answered := v_answered || i;
    rights := v_rights;
    seq := v_seq;
    RETURN NEXT;
  END LOOP;

  -- Only what may be otherwise is read again: who is in a channel matters to nobody who sends elsewhere. A send without a
  -- digest stands on more than its facts. Four changes are looked at for each send that this
  -- may spare, for one look costs a fraction of its facts.
  IF v_rights <> ANY (p_rights) THEN
    SELECT m.channels, m.since INTO v_moved, v_since
      FROM (SELECT min(p_rights[n]) AS rights, count(*)::integer AS sends FROM generate_subscripts(p_rights, 1) AS n
        WHERE p_rights[n] < v_rights AND n <> ALL (v_answered) AND p_channel[n] IS NOT NULL AND p_hash[n] <> '') AS spared
      CROSS JOIN LATERAL events.channels_moved(p_org, coalesce(spared.rights, v_rights), v_rights, least(64, 4 * spared.sends)) AS m;
    SELECT jsonb_agg((p_asks -> (n - 1)) || jsonb_build_object('i', n)) INTO v_again
      FROM generate_subscripts(p_rights, 1) AS n
      WHERE p_rights[n] <> v_rights AND n <> ALL (v_answered)
        AND (p_rights[n] < v_since OR p_rights[n] > v_rights OR p_hash[n] = '' OR p_channel[n] IS NULL
          OR p_channel[n] = ANY (v_moved));
  END IF;
  IF v_again IS NOT NULL THEN
    SELECT array_agg(f.i) INTO v_stale
      FROM messaging.send_facts(p_org, v_again) AS f
      WHERE f.hash <> p_hash[f.i];
    FOREACH i IN ARRAY coalesce(v_stale, '{}') LOOP
      v_answered := v_answered || i;
      status := 'stale';
      message_id := NULL;
      rights := v_rights;
      seq := v_seq;
      RETURN NEXT;
    END LOOP;
  END IF;

  -- Lists that were changed since whoever sends looked at them. Refused once only: without a version it is written.
  IF p_words IS NOT NULL THEN
    SELECT a.version INTO v_words FROM messaging.alert_words a WHERE a.org_id = p_org ORDER BY a.version DESC LIMIT 1;
    FOR i IN SELECT n FROM generate_subscripts(p_key, 1) AS n WHERE p_words[n] < v_words AND n <> ALL (v_answered) LOOP
      v_answered := v_answered || i;
      status := 'words';
      message_id := NULL;
      rights := v_rights;
      seq := v_seq;
      RETURN NEXT;
    END LOOP;
  END IF;

  SELECT array_agg(n), bool_or(p_users[n] IS NOT NULL) INTO v_places, v_direct
    FROM generate_subscripts(p_key, 1) AS n WHERE n <> ALL (v_answered);
  IF v_places IS NULL THEN
    RETURN;
  END IF;

  -- Conversations nobody has had yet.
  IF v_direct THEN
    WITH asked AS MATERIALIZED (
      SELECT DISTINCT p_users[n]::integer[] AS users, messaging.people_key(p_users[n]::integer[]) AS key
      FROM unnest(v_places) AS n WHERE p_users[n] IS NOT NULL
    ), opened AS (
      INSERT INTO messaging.recipients (org_id, user_ids)
        SELECT p_org, a.users FROM asked a
        WHERE (SELECT r.recipient_id FROM messaging.recipients r
          WHERE r.org_id = p_org AND r.people_key = a.key LIMIT 1) IS NULL
        RETURNING recipient_id, user_ids)
    INSERT INTO messaging.received (org_id, user_id, recipient_id, ranges)
      SELECT p_org, u, o.recipient_id, '{[0,)}' FROM opened o, unnest(o.user_ids) AS u;
  END IF;

  WITH given AS MATERIALIZED (
    SELECT n, p_channel[n] AS channel, messaging.people_key(p_users[n]::integer[]) AS people_key
    FROM unnest(v_places) AS n
  ), numbered AS MATERIALIZED (
    SELECT n, nextval('messaging.message_ids') AS id, CASE WHEN people_key IS NULL
        THEN (SELECT r.recipient_id FROM messaging.recipients r WHERE r.org_id = p_org AND r.channel_id = g.channel)
        ELSE (SELECT r.recipient_id FROM messaging.recipients r WHERE r.org_id = p_org AND r.people_key = g.people_key)
      END AS recipient_id
    FROM given AS g
  ), messages AS (
    INSERT INTO messaging.messages (org_id, message_id, recipient_id, sender_id, topic, content, rendered, client,
        sent_at, sender_read, channel_wildcard, topic_wildcard)
      SELECT p_org, id, recipient_id, p_sender[n], p_topic[n], p_content[n], p_rendered[n], p_client[n],
        to_timestamp(p_sent[n]), p_sender_read[n], p_channel_wildcard[n], p_topic_wildcard[n]::integer[]
      FROM numbered
  ), keys AS (
    INSERT INTO messaging.send_keys (org_id, key, request, message_id, drawn)
      SELECT p_org, p_key[n], p_request[n], id, p_drawn[n] FROM numbered
  )
  SELECT array_agg(id), array_agg(recipient_id), array_agg(coalesce(p_users[n], '{}')), array_agg(p_channel[n]),
      array_agg('{"message_id":' || id || ',"recipient_id":' || recipient_id
        || ',' || p_body[n] || '}')
    INTO v_ids, v_recipients, v_users, v_channels, v_bodies
    FROM (SELECT * FROM numbered ORDER BY id) AS numbered;

  -- Bots that are mentioned where they are not are told beside those who are there.
  IF p_bots AND '{}' <> ANY (p_mentioned) THEN
    FOR v_place, v_reached IN
      SELECT b.place, b.users::text FROM messaging.reach_bots(p_org, v_ids, v_recipients, v_channels,
        ARRAY(SELECT p_mentioned[place] FROM unnest(v_places) AS place ORDER BY place)) AS b
    LOOP
      v_users[v_place] := v_reached;
    END LOOP;
  END IF;

  -- Whoever mutes its sender, and receives it, has read it: as many as this costs little for. Where nobody does that is one probe.
  IF '{}' <> ANY (p_read_by) OR cardinality(array_remove(p_unread_for, NULL)) > 0 OR EXISTS (
    SELECT FROM streams.v1_muted_users m WHERE m.org_id = p_org AND m.muted_id = ANY (p_sender) LIMIT 1)
  THEN
    FOR n IN 1..cardinality(v_ids) LOOP
      -- Who says much says it in one place mostly.
      IF n = 1 OR (p_sender[v_places[n]], v_recipients[n], p_read_by[v_places[n]], p_unread_for[v_places[n]], v_users[n])
        IS DISTINCT FROM (p_sender[v_places[n - 1]], v_recipients[n - 1], p_read_by[v_places[n - 1]],
          p_unread_for[v_places[n - 1]], v_users[n - 1])
      THEN
        v_read := p_read_by[v_places[n]]::integer[];
        v_unread := p_unread_for[v_places[n]]::integer[];
        IF cardinality(v_read) > 10000 OR cardinality(v_unread) > 10000 THEN
          RAISE EXCEPTION 'more people than one message names' USING ERRCODE = 'program_limit_exceeded';
        END IF;
        v_read := ARRAY(
          SELECT unnest(v_read)
          UNION
          SELECT m.user_id FROM (
              SELECT u.user_id FROM streams.v1_muted_users u
                WHERE u.org_id = p_org AND u.muted_id = p_sender[v_places[n]] ORDER BY u.user_id LIMIT 2000) AS m
            CROSS JOIN LATERAL (
              SELECT r.ranges FROM messaging.received r
                WHERE r.org_id = p_org AND r.user_id = m.user_id AND r.recipient_id = v_recipients[n] LIMIT 1) AS r
            WHERE r.ranges @> v_ids[n]
          ORDER BY 1);
      END IF;
      CONTINUE WHEN v_read = '{}' AND v_unread IS NULL;
      UPDATE messaging.messages m SET read_by = v_read, unread_for = v_unread
        WHERE m.org_id = p_org AND m.message_id = v_ids[n];
      v_bodies[n] := '{"read_by":' || to_json(v_read)::text
        || coalesce(',"unread_for":' || to_json(v_unread)::text, '') || ',' || substr(v_bodies[n], 2);
    END LOOP;
  END IF;

  -- Who is not there to receive it is neither mentioned nor alerted.
  IF '{}' <> ANY (p_mentioned) OR '{}' <> ANY (p_alerted) THEN
    INSERT INTO messaging.user_flags (org_id, user_id, message_id, recipient_id, mentioned, alerted)
      SELECT p_org, u.user_id, n.id, n.recipient_id, u.mentioned, u.alerted
      FROM unnest(v_places, v_ids, v_recipients) AS n (place, id, recipient_id)
      CROSS JOIN LATERAL (
        SELECT w.user_id, bool_or(w.mentioned) AS mentioned, bool_or(NOT w.mentioned) AS alerted
        FROM (
          SELECT unnest(p_mentioned[n.place]::integer[]), true
          UNION ALL
          SELECT unnest(p_alerted[n.place]::integer[]), false
        ) AS w (user_id, mentioned)
        GROUP BY w.user_id) AS u
      CROSS JOIN LATERAL (
        SELECT r.ranges FROM messaging.received r
          WHERE r.org_id = p_org AND r.user_id = u.user_id AND r.recipient_id = n.recipient_id LIMIT 1) AS r
      WHERE r.ranges @> n.id;
  END IF;

  v_seq := events.append_plain(p_org, 'message.sent', v_bodies, v_users, v_channels);
  RETURN QUERY
    SELECT n.place, 'sent', n.id, v_rights, v_seq FROM unnest(v_places, v_ids) AS n (place, id);
END $$;
REVOKE ALL ON FUNCTION messaging.send_batch(integer, bytea[], bytea[], boolean[], jsonb, bigint[], text[], integer[],
  integer[], text[], text[], text[], text[], text[], bigint[], boolean[], text[], boolean[], text[], text[],
  text[], bigint[], text[], text[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.send_batch(integer, bytea[], bytea[], boolean[], jsonb, bigint[], text[], integer[],
  integer[], text[], text[], text[], text[], text[], bigint[], boolean[], text[], boolean[], text[], text[],
  text[], bigint[], text[], text[], boolean) TO svc_messaging;
