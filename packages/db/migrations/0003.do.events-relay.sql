-- What the relay, the durable consumers and the upkeep of the log's partitions work with.

-- One relay per shard of organisations. A lease that has lapsed is taken with a higher epoch. NULL: another holds it.
CREATE FUNCTION events.take_lease(p_shard int, p_holder text, p_ttl interval) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_epoch bigint;
BEGIN
  INSERT INTO events.leases AS l (shard, holder, epoch, expires_at)
    VALUES (p_shard, p_holder, 1, clock_timestamp() + p_ttl)
    ON CONFLICT (shard) DO UPDATE
      SET holder = p_holder, epoch = l.epoch + 1, expires_at = clock_timestamp() + p_ttl
      WHERE l.expires_at <= clock_timestamp()
    RETURNING l.epoch INTO v_epoch;
  RETURN v_epoch;
END
$$;

-- False: another relay has taken the shard.
CREATE FUNCTION events.renew_lease(p_shard int, p_epoch bigint, p_ttl interval) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE events.leases SET expires_at = clock_timestamp() + p_ttl WHERE shard = p_shard AND epoch = p_epoch;
  RETURN FOUND;
END
$$;

CREATE FUNCTION events.end_lease(p_shard int, p_epoch bigint) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  UPDATE events.leases SET expires_at = '-infinity' WHERE shard = p_shard AND epoch = p_epoch;
END;

-- Remembers how far logs are published. False, and nothing is changed: the shard has a later epoch.
CREATE FUNCTION events.note_published(p_shard int, p_epoch bigint, p_orgs int[], p_seqs bigint[]) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM FROM events.leases WHERE shard = p_shard AND epoch = p_epoch FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO events.published AS p (org_id, seq, epoch)
    SELECT org_id, seq, p_epoch FROM unnest(p_orgs, p_seqs) AS given (org_id, seq) ORDER BY org_id
    ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq, epoch = excluded.epoch;
  RETURN true;
END
$$;

-- The logs of a shard that reach further than is published.
CREATE FUNCTION events.unpublished(p_shard int, p_shards int) RETURNS TABLE (org_id int, seq bigint)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY
    SELECT h.org_id, coalesce(p.seq, 0)
    FROM events.head h
    LEFT JOIN events.published p ON p.org_id = h.org_id
    WHERE h.org_id % p_shards = p_shard AND h.seq > coalesce(p.seq, 0);
END
$$;

-- The next events of several logs, each behind its `p_after`, in order. In PL/pgSQL its plan is kept.
CREATE FUNCTION events.read_runs(p_orgs int[], p_after bigint[], p_limit int)
  RETURNS TABLE (
    org_id int, seq bigint, at timestamptz, type text, body jsonb, user_ids int[], channel_id int,
    rights_after bigint, revokes boolean
  )
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
BEGIN
  RETURN QUERY
    SELECT e.org_id, e.seq, e.at, e.type, e.body, e.user_ids, e.channel_id, e.rights_after, e.revokes
    FROM unnest(p_orgs, p_after) AS asked (org_id, after)
    CROSS JOIN LATERAL (
      SELECT l.* FROM events.log l
        WHERE l.org_id = asked.org_id AND l.seq > asked.after
        ORDER BY l.seq
        LIMIT p_limit
    ) AS e
    ORDER BY e.org_id, e.seq;
END
$$;

GRANT EXECUTE ON FUNCTION events.take_lease(int, text, interval), events.renew_lease(int, bigint, interval),
  events.end_lease(int, bigint), events.note_published(int, bigint, int[], bigint[]),
  events.unpublished(int, int), events.read_runs(int[], bigint[], int) TO svc_relay;
GRANT EXECUTE ON FUNCTION events.read_runs(int[], bigint[], int) TO svc_gateway, svc_audit;

-- Durable consumers. A consumer is named after its service, with a suffix after a dot where it has several.
CREATE FUNCTION events.check_consumer(p_consumer text) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF split_part(p_consumer, '.', 1) <> substr(session_user, 5) THEN
    RAISE EXCEPTION '% is not a consumer of %', p_consumer, session_user USING ERRCODE = 'PR003';
  END IF;
END
$$;

-- How far the consumer has applied the organisation's log; locked until the transaction ends.
-- A consumer that is new begins with what the log still holds.
CREATE FUNCTION events.take_inbox(p_consumer text, p_org int) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_seq bigint;
BEGIN
  PERFORM events.check_consumer(p_consumer);
  INSERT INTO events.inbox (consumer, org_id, seq)
    SELECT p_consumer, h.org_id, h.floor FROM events.head h WHERE h.org_id = p_org
    ON CONFLICT DO NOTHING;
  SELECT i.seq INTO v_seq FROM events.inbox i WHERE i.consumer = p_consumer AND i.org_id = p_org FOR UPDATE;
  RETURN v_seq;
END
$$;

-- Moves it forward; the caller has taken it.
CREATE FUNCTION events.note_applied(p_consumer text, p_org int, p_seq bigint) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM events.check_consumer(p_consumer);
  UPDATE events.inbox SET seq = p_seq WHERE consumer = p_consumer AND org_id = p_org AND seq < p_seq;
END
$$;

INSERT INTO events.consumers VALUES ('audit');
GRANT EXECUTE ON FUNCTION events.take_inbox(text, int), events.note_applied(text, int, bigint) TO svc_audit;

-- Partitions of half a day, made ahead. Attaching one takes no lock that stops an append.
CREATE FUNCTION events.make_partitions(p_now timestamptz) RETURNS SETOF text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' SET timezone = 'UTC'
AS $$
DECLARE
  v_from timestamptz;
  v_name text;
BEGIN
  FOR v_from IN
    SELECT generate_series(v_first, v_first + interval '24 hours', interval '12 hours')
    FROM date_bin('12 hours', p_now, '2000-01-01') AS v_first
  LOOP
    v_name := to_char(v_from, '"log_"YYYYMMDDHH24');
    -- What went to the rest before its partition was made stays there until it is dropped.
    CONTINUE WHEN to_regclass('events.' || v_name) IS NOT NULL OR EXISTS (
      SELECT FROM events.log_rest WHERE at >= v_from AND at < v_from + interval '12 hours');
    EXECUTE format('CREATE TABLE events.%I (LIKE events.log)', v_name);
    EXECUTE format('ALTER TABLE events.log ATTACH PARTITION events.%I FOR VALUES FROM (%L) TO (%L)',
      v_name, v_from, v_from + interval '12 hours');
    RETURN NEXT v_name;
  END LOOP;
END
$$;

-- The partitions that hold nothing younger than `p_before`, with the last seq of each log in them.
CREATE FUNCTION events.old_partitions(p_before timestamptz) RETURNS TABLE (name text, org_id int, seq bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
BEGIN
  FOR name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'events.log'::regclass AND c.relname <> 'log_rest'
        AND to_timestamp(substr(c.relname, 5), 'YYYYMMDDHH24') + interval '12 hours' <= p_before
      ORDER BY 1
  LOOP
    -- An empty one is told too.
    org_id := NULL;
    seq := NULL;
    RETURN NEXT;
    RETURN QUERY EXECUTE format('SELECT %L::text, org_id, max(seq) FROM events.%I GROUP BY org_id', name, name);
  END LOOP;
  RETURN QUERY SELECT 'log_rest', r.org_id, max(r.seq) FROM events.log_rest r WHERE r.at < p_before GROUP BY r.org_id;
END
$$;

-- Drops a partition of old_partitions, unless somebody still needs it: false then. Needed is what is not published,
-- what a consumer has not applied, and what lies above a log's floor.
CREATE FUNCTION events.drop_partition(p_name text, p_before timestamptz) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s'
AS $$
BEGIN
  PERFORM FROM events.old_partitions(p_before) o WHERE o.name = p_name;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM FROM events.old_partitions(p_before) o
    JOIN events.head h ON h.org_id = o.org_id
    LEFT JOIN events.published p ON p.org_id = o.org_id
    WHERE o.name = p_name AND (
      h.floor < o.seq OR p.seq IS NULL OR p.seq < o.seq
      OR EXISTS (
        SELECT FROM events.consumers c
          LEFT JOIN events.inbox i ON i.consumer = c.consumer AND i.org_id = o.org_id
          WHERE coalesce(i.seq, 0) < o.seq));
  IF FOUND THEN
    RETURN false;
  END IF;
  IF p_name = 'log_rest' THEN
    DELETE FROM events.log WHERE at < p_before AND tableoid = 'events.log_rest'::regclass;
  ELSE
    EXECUTE format('DROP TABLE events.%I', p_name);
  END IF;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION events.make_partitions(timestamptz), events.old_partitions(timestamptz),
  events.drop_partition(text, timestamptz) TO svc_relay;
SELECT events.make_partitions(now());
