-- Words are found by conversation and word in one key. By two, a word's list of places was one for all conversations, and
-- a search in each of hundreds of them read it as many times: over a second among five million messages.

-- A key for each word: the recipient above, a hash of the word below, so that those of one conversation stand together.
-- Two words may share one; whoever finds by it compares the words.
CREATE FUNCTION messaging.word_keys(p_recipient integer, p_words tsvector) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT pg_catalog.array_agg((p_recipient::bigint OPERATOR(pg_catalog.<<) 32)
    OPERATOR(pg_catalog.|) (pg_catalog.hashtextextended(w COLLATE "C", 0) OPERATOR(pg_catalog.&) 4294967295))
  FROM pg_catalog.unnest(pg_catalog.tsvector_to_array(p_words)) AS w $$;
REVOKE ALL ON FUNCTION messaging.word_keys(integer, tsvector) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.word_keys(integer, tsvector) TO svc_messaging;

-- Nothing is left pending, as before.
DROP INDEX messaging.words_of_messages;
CREATE INDEX words_of_messages ON messaging.words USING gin (messaging.word_keys(recipient_id, words))
  WITH (fastupdate = off);

-- As before, what is searched for, and where, stands in the policy: the words as a tsvector, and their keys.
DROP POLICY searched ON messaging.words;
CREATE POLICY searched ON messaging.words FOR SELECT TO parley_owner
  USING (org_id + 0 = nullif(current_setting('app.org', true), '')::integer
    AND recipient_id = nullif(current_setting('app.recipient', true), '')::integer
    AND messaging.word_keys(recipient_id, words) @> nullif(current_setting('app.keys', true), '')::bigint[]
    AND tsvector_to_array(words) @> tsvector_to_array(nullif(current_setting('app.search', true), '')::tsvector));

CREATE OR REPLACE FUNCTION messaging.found(p_org integer, p_text text, p_recipients integer[], p_most integer)
RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  -- Leaves but one way to the words: by their index. So it is planned once.
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_indexscan = off
AS $$
DECLARE
  v_ids bigint[] := '{}';
  v_words CONSTANT text := messaging.words_of(p_text)::text;
  v_recipient integer;
  v_keys text;
BEGIN
  -- Nothing holds no word.
  IF v_words = '' THEN
    RETURN '{}';
  END IF;
  PERFORM set_config('app.org', p_org::text, true);
  IF EXISTS (SELECT FROM messaging.unfilled WHERE org_id = p_org) THEN
    RETURN NULL;
  END IF;
  v_ids := ARRAY(
    SELECT u.message_id FROM messaging.unsettled u
      WHERE u.org_id = p_org AND u.recipient_id = ANY (p_recipients) LIMIT p_most + 1);
  PERFORM set_config('app.search', v_words, true);
  -- The keys of all in one statement: one for each would take longer than looking.
  FOR v_recipient, v_keys IN
    SELECT r, array_agg((r::bigint << 32) | k)::text
      FROM unnest(p_recipients) AS r, unnest(messaging.word_keys(0, v_words::tsvector)) AS k GROUP BY r
  LOOP
    EXIT WHEN cardinality(v_ids) > p_most;
    PERFORM set_config('app.recipient', v_recipient::text, true), set_config('app.keys', v_keys, true);
    v_ids := v_ids || ARRAY(SELECT w.message_id FROM messaging.words w LIMIT p_most + 1);
  END LOOP;
  PERFORM set_config('app.search', '', true), set_config('app.recipient', '', true),
    set_config('app.keys', '', true);
  RETURN CASE WHEN cardinality(v_ids) > p_most THEN NULL ELSE v_ids END;
END $$;
