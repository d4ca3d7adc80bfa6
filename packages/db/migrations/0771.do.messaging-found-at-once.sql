-- Words are looked for as before, conversation by conversation, and in one statement for all of them: one for each took twice
-- as long as what it then did. What is looked for goes from one conversation to the next within it, so nothing may keep what
-- was found for another: no row is looked up but by the index, anew for each.

-- As before, what is searched for, and where, stands in the policy; in the keys alone, which hold the recipient. What is found
-- holds the words, or others with the same hashes: whoever searches compares the words of what is looked at, which is mostly
-- a few of what is found.
DROP POLICY searched ON messaging.words;
CREATE POLICY searched ON messaging.words FOR SELECT TO parley_owner
  USING (org_id + 0 = nullif(current_setting('app.org', true), '')::integer
    AND messaging.word_keys(recipient_id, words)
      @> nullif(nullif(current_setting('app.keys', true), ''), '{}')::bigint[]);

CREATE OR REPLACE FUNCTION messaging.found(p_org integer, p_text text, p_recipients integer[], p_most integer)
RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  -- Leaves but one way to the words: by their index, for one conversation after the other. So it is planned once.
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_indexscan = off
  SET enable_material = off SET enable_memoize = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  v_ids bigint[] := '{}';
  v_words CONSTANT text := messaging.words_of(p_text)::text;
  v_keys bigint[];
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
  v_keys := messaging.word_keys(0, v_words::tsvector);
  v_ids := v_ids || ARRAY(
    SELECT w.message_id
      FROM (
        SELECT set_config('app.keys', ARRAY(SELECT r::bigint << 32 | k FROM unnest(v_keys) AS k)::text, true) AS keys
          FROM unnest(p_recipients) AS r) AS here
      -- Looks where the keys of this moment are, which is why it names them.
      CROSS JOIN LATERAL (SELECT w.message_id FROM messaging.words w WHERE here.keys <> '' LIMIT p_most + 1) AS w
      LIMIT p_most + 1);
  PERFORM set_config('app.keys', '', true);
  RETURN CASE WHEN cardinality(v_ids) > p_most THEN NULL ELSE v_ids END;
END $$;
