-- What messages are found by: the words of topic and text. A message that is new or changed waits in messaging.unsettled
-- until a job of messaging, outside of the head, has written its words; searches look at the text of what waits.

-- For keys of a recipient and words in one index; a trusted extension, so the database's owner may make it.
CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

-- English endings do not count, and every word is kept: what is empty in one language says something in another.
CREATE TEXT SEARCH DICTIONARY messaging.stems (TEMPLATE = pg_catalog.snowball, Language = english);
CREATE TEXT SEARCH CONFIGURATION messaging.words (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION messaging.words
  ALTER MAPPING REPLACE pg_catalog.english_stem WITH messaging.stems;

-- Letters and digits make words. The parser sees nothing else, or it would take a.b for a host and keep it whole.
CREATE FUNCTION messaging.words_of(p_text text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT pg_catalog.strip(pg_catalog.to_tsvector('messaging.words'::regconfig,
  pg_catalog.regexp_replace(p_text, '[^[:alnum:]]+', ' ', 'g'))) $$;
-- All of the words.
CREATE FUNCTION messaging.query_of(p_text text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT pg_catalog.plainto_tsquery('messaging.words'::regconfig,
  pg_catalog.regexp_replace(p_text, '[^[:alnum:]]+', ' ', 'g')) $$;

CREATE TABLE messaging.words (
  org_id       integer NOT NULL,
  message_id   bigint NOT NULL,
  recipient_id integer NOT NULL,
  words        tsvector NOT NULL,
  PRIMARY KEY (org_id, message_id)
);
-- A recipient is of one organisation. Nothing is left pending: the list would be one of all organisations, every search
-- would read it, and only the job writes here, for which nobody waits.
CREATE INDEX words_of_messages ON messaging.words USING gin (recipient_id, words) WITH (fastupdate = off);

-- Messages whose words are not written yet.
CREATE TABLE messaging.unsettled (
  org_id       integer NOT NULL,
  recipient_id integer NOT NULL,
  message_id   bigint NOT NULL,
  PRIMARY KEY (org_id, recipient_id, message_id)
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);

-- Organisations with messages from before there were words: those before `below` are neither settled nor do they wait.
CREATE TABLE messaging.unfilled (
  org_id integer PRIMARY KEY,
  below  bigint NOT NULL
);

-- A send appends an id to what waits; nothing else of this happens behind the head.
CREATE FUNCTION messaging.words_written() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO messaging.unsettled (org_id, recipient_id, message_id)
    SELECT org_id, recipient_id, message_id FROM written;
  RETURN NULL;
END $$;
CREATE TRIGGER words_written AFTER INSERT ON messaging.messages
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION messaging.words_written();

CREATE FUNCTION messaging.words_deleted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_hashjoin = off
  SET enable_mergejoin = off
AS $$
BEGIN
  DELETE FROM messaging.words w USING gone WHERE w.org_id = gone.org_id AND w.message_id = gone.message_id;
  DELETE FROM messaging.unsettled u USING gone
    WHERE u.org_id = gone.org_id AND u.recipient_id = gone.recipient_id AND u.message_id = gone.message_id;
  RETURN NULL;
END $$;
CREATE TRIGGER words_deleted AFTER DELETE ON messaging.messages
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION messaging.words_deleted();

-- What is there already. The triggers hold off writers until this is committed, so nothing is missed between; the job
-- takes it up in small pieces.
INSERT INTO messaging.unfilled (org_id, below)
  SELECT o.org_id, i.last_value + 1 FROM auth.organisations o, messaging.message_ids i;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['words', 'unsettled', 'unfilled'] LOOP
    EXECUTE format('ALTER TABLE messaging.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE messaging.%I FORCE ROW LEVEL SECURITY', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['unsettled', 'unfilled'] LOOP
    EXECUTE format(
      'CREATE POLICY organisation ON messaging.%I USING (org_id = nullif(current_setting(''app.org'', true), '''')::integer)',
      name);
    EXECUTE format(
      'CREATE POLICY settling ON messaging.%I FOR SELECT TO parley_owner USING (current_setting(''app.settling'', true) = ''on'')',
      name);
  END LOOP;
END $$;
CREATE POLICY organisation ON messaging.words TO svc_messaging
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
-- Row-level security lets `@@` near an index only from within a policy. So what is searched for, and where, stands in this
-- one: messaging.found, which runs as the owner, sees of one recipient the rows that match and no others. The sum keeps
-- the organisation's index out of it.
CREATE POLICY searched ON messaging.words FOR SELECT TO parley_owner
  USING (org_id + 0 = nullif(current_setting('app.org', true), '')::integer
    AND recipient_id = nullif(current_setting('app.recipient', true), '')::integer
    AND words @@ nullif(current_setting('app.search', true), '')::tsquery);

-- Ids of messages to these recipients that hold all of the words, or whose words are not written yet, in no order; null
-- where they are more than `p_most`, or nobody knows yet. One recipient after the other, so that no row of another is
-- looked at or counted.
CREATE FUNCTION messaging.found(p_org integer, p_text text, p_recipients integer[], p_most integer) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  -- Leaves but one way to the words: by their index. So it is planned once.
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_indexscan = off
AS $$
DECLARE
  v_ids bigint[] := '{}';
  v_recipient integer;
BEGIN
  PERFORM set_config('app.org', p_org::text, true), set_config('app.search', messaging.query_of(p_text)::text, true);
  IF EXISTS (SELECT FROM messaging.unfilled WHERE org_id = p_org) THEN
    RETURN NULL;
  END IF;
  FOREACH v_recipient IN ARRAY p_recipients LOOP
    PERFORM set_config('app.recipient', v_recipient::text, true);
    v_ids := v_ids || ARRAY(
      SELECT u.message_id FROM messaging.unsettled u
        WHERE u.org_id = p_org AND u.recipient_id = v_recipient LIMIT p_most + 1);
    v_ids := v_ids || ARRAY(SELECT w.message_id FROM messaging.words w LIMIT p_most + 1);
    EXIT WHEN cardinality(v_ids) > p_most;
  END LOOP;
  PERFORM set_config('app.search', '', true), set_config('app.recipient', '', true);
  RETURN CASE WHEN cardinality(v_ids) > p_most THEN NULL ELSE v_ids END;
END $$;

-- Organisations with something to settle.
CREATE FUNCTION messaging.unsettled_organisations() RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM set_config('app.settling', 'on', true);
  RETURN QUERY
    WITH RECURSIVE waiting (org_id) AS (
      SELECT min(u.org_id) FROM messaging.unsettled u
      UNION ALL
      SELECT (SELECT min(u.org_id) FROM messaging.unsettled u WHERE u.org_id > w.org_id)
        FROM waiting w WHERE w.org_id IS NOT NULL
    )
    SELECT w.org_id FROM waiting w WHERE w.org_id IS NOT NULL
    UNION
    SELECT f.org_id FROM messaging.unfilled f;
  PERFORM set_config('app.settling', '', true);
END $$;

-- Writes the words of some messages that wait, of few enough bytes that who changes one of these meanwhile waits for
-- milliseconds; where none wait, takes up some of those from before. Returns how many it got done; 0 where there was
-- nothing, or others are at it.
CREATE FUNCTION messaging.settle_words(p_org integer, p_most integer, p_bytes integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  v_recipients integer[];
  v_ids bigint[];
  v_texts text[];
  v_words tsvector[];
  v_done bigint[];
  v_below bigint;
  v_count integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(101, p_org) THEN
    RETURN 0;
  END IF;
  SELECT array_agg(t.recipient_id), array_agg(t.message_id), array_agg(t.text)
    INTO v_recipients, v_ids, v_texts
    FROM (
      SELECT u.recipient_id, u.message_id, m.topic || ' ' || m.content AS text,
        sum(octet_length(m.content)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM (
        SELECT recipient_id, message_id FROM messaging.unsettled
          WHERE org_id = p_org ORDER BY recipient_id, message_id LIMIT p_most) AS u
      LEFT JOIN messaging.messages m ON m.org_id = p_org AND m.message_id = u.message_id) AS t
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
      JOIN messaging.messages m
        ON m.org_id = p_org AND m.message_id = t.message_id AND m.topic || ' ' || m.content = t.text
      FOR NO KEY UPDATE OF m SKIP LOCKED
  ), written AS (
    INSERT INTO messaging.words (org_id, message_id, recipient_id, words)
      SELECT p_org, message_id, recipient_id, words FROM still
      ON CONFLICT (org_id, message_id) DO UPDATE SET words = EXCLUDED.words
      RETURNING message_id
  )
  SELECT coalesce(array_agg(message_id), '{}') INTO v_done FROM written;
  DELETE FROM messaging.unsettled u USING unnest(v_recipients, v_ids) AS t (recipient_id, message_id)
    WHERE u.org_id = p_org AND u.recipient_id = t.recipient_id AND u.message_id = t.message_id
      AND (t.message_id = ANY (v_done) OR NOT EXISTS (
        SELECT FROM messaging.messages m WHERE m.org_id = p_org AND m.message_id = t.message_id));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;

REVOKE ALL ON FUNCTION messaging.words_of(text), messaging.query_of(text), messaging.words_written(),
  messaging.words_deleted(), messaging.found(integer, text, integer[], integer), messaging.unsettled_organisations(),
  messaging.settle_words(integer, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.words_of(text), messaging.query_of(text),
  messaging.found(integer, text, integer[], integer), messaging.unsettled_organisations(),
  messaging.settle_words(integer, integer, integer) TO svc_messaging;
GRANT SELECT, INSERT, DELETE, UPDATE (words) ON messaging.words TO svc_messaging;
GRANT SELECT, INSERT, DELETE ON messaging.unsettled TO svc_messaging;
GRANT SELECT, DELETE, UPDATE (below) ON messaging.unfilled TO svc_messaging;
