-- Writes the words of messages as before, each message looked up by its key between two ends and in order: of indexes that look alike
-- while a table is empty only the primary key's serves that, and a plan that was made then stayed. What waited is forgotten
-- between the ends of the piece, not all that waits in the conversation gone through for it.
CREATE OR REPLACE FUNCTION messaging.settle_words(p_org integer, p_most integer, p_bytes integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET enable_bitmapscan = off SET enable_material = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_recipients integer[];
  v_ids bigint[];
  v_texts text[];
  v_words tsvector[];
  v_done bigint[];
  v_below bigint;
  v_piece record;
  v_count integer;
  v_settled integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(101, p_org) THEN
    RETURN 0;
  END IF;
  SELECT array_agg(t.recipient_id), array_agg(t.message_id), array_agg(t.text)
    INTO v_recipients, v_ids, v_texts
    FROM (
      SELECT u.recipient_id, u.message_id, m.text,
        sum(m.bytes) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM (
        SELECT recipient_id, message_id FROM messaging.unsettled
          WHERE org_id = p_org ORDER BY recipient_id, message_id LIMIT p_most) AS u
      LEFT JOIN LATERAL (
        SELECT m.topic || ' ' || m.content AS text, octet_length(m.content) AS bytes FROM messaging.messages m
          WHERE m.org_id = p_org AND m.message_id >= u.message_id AND m.message_id <= u.message_id
          ORDER BY m.message_id LIMIT 1) AS m ON true) AS t
    WHERE coalesce(t.before, 0) < p_bytes;

  IF v_ids IS NULL THEN
    SELECT below INTO v_below FROM messaging.unfilled WHERE org_id = p_org;
    IF NOT FOUND THEN
      RETURN 0;
    END IF;
    WITH older AS MATERIALIZED (
      SELECT recipient_id, message_id FROM messaging.messages
        WHERE org_id = p_org AND message_id < v_below ORDER BY message_id DESC LIMIT 1000
    ), filled AS (
      INSERT INTO messaging.unsettled (org_id, recipient_id, message_id)
        SELECT p_org, recipient_id, message_id FROM older ORDER BY message_id ON CONFLICT DO NOTHING
    )
    SELECT min(message_id) INTO v_below FROM older;
    IF v_below IS NULL THEN
      DELETE FROM messaging.unfilled WHERE org_id = p_org;
    ELSE
      UPDATE messaging.unfilled SET below = v_below WHERE org_id = p_org;
    END IF;
    RETURN 1;
  END IF;

  -- The slow part, while nothing is locked.
  SELECT array_agg(messaging.words_of(t.text) ORDER BY t.i) INTO v_words
    FROM unnest(v_texts) WITH ORDINALITY AS t (text, i);
  -- Whoever changes or deletes a message has its row; so what is still as it was read stays so until this is committed.
  WITH still AS MATERIALIZED (
    SELECT m.recipient_id, m.message_id, t.words
      FROM unnest(v_ids, v_texts, v_words) AS t (message_id, text, words)
      CROSS JOIN LATERAL (
        SELECT m.recipient_id, m.message_id FROM messaging.messages m
          WHERE m.org_id = p_org AND m.message_id >= t.message_id AND m.message_id <= t.message_id
            AND m.topic || ' ' || m.content = t.text
          ORDER BY m.message_id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) AS m
  ), written AS (
    INSERT INTO messaging.words (org_id, message_id, recipient_id, words)
      SELECT p_org, message_id, recipient_id, words FROM still
      ON CONFLICT (org_id, message_id) DO UPDATE SET words = EXCLUDED.words
      RETURNING message_id
  )
  SELECT coalesce(array_agg(message_id), '{}') INTO v_done FROM written;
  v_done := v_done || ARRAY(
    SELECT t.id FROM unnest(v_ids) AS t (id)
      WHERE (SELECT m.message_id FROM messaging.messages m
        WHERE m.org_id = p_org AND m.message_id >= t.id AND m.message_id <= t.id ORDER BY m.message_id LIMIT 1) IS NULL);
  FOR v_piece IN
    SELECT t.recipient_id, min(t.id) AS first, max(t.id) AS last FROM unnest(v_recipients, v_ids) AS t (recipient_id, id)
      GROUP BY t.recipient_id
  LOOP
    DELETE FROM messaging.unsettled
      WHERE org_id = p_org AND recipient_id = v_piece.recipient_id
        AND message_id >= v_piece.first AND message_id <= v_piece.last AND message_id = ANY (v_done);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_settled := v_settled + v_count;
  END LOOP;
  RETURN v_settled;
END $$;
