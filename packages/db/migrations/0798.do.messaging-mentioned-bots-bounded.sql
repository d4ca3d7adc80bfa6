-- As before, and bounded: a row of ranges that outgrows a page's quarter is compressed anew whenever it is written, behind the head. So
-- few of them, each short, and each written once for a whole batch.
CREATE OR REPLACE FUNCTION messaging.reach_bots(p_org integer, p_ids bigint[], p_recipients integer[], p_channels integer[],
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
