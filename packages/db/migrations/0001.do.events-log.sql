-- Schemas, what every role may do by default, and the log of each organisation.

ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE SCHEMA auth;
CREATE SCHEMA streams;
CREATE SCHEMA messaging;
CREATE SCHEMA audit;
CREATE SCHEMA events;
CREATE SCHEMA gateway;

-- What a role may do is granted by name, table by table, where the table is made.
GRANT USAGE ON SCHEMA auth TO svc_auth;
GRANT USAGE ON SCHEMA streams TO svc_streams;
GRANT USAGE ON SCHEMA messaging TO svc_messaging;
GRANT USAGE ON SCHEMA audit TO svc_audit;
GRANT USAGE ON SCHEMA gateway TO svc_gateway;
GRANT USAGE ON SCHEMA events
  TO svc_gateway, svc_auth, svc_streams, svc_messaging, svc_audit, svc_relay, parley_cli;

-- The organisation of the transaction; NULL where none is set, so that no row matches.
CREATE FUNCTION events.org() RETURNS int
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.org', true), '')::int;
GRANT EXECUTE ON FUNCTION events.org()
  TO svc_gateway, svc_auth, svc_streams, svc_messaging, svc_audit, svc_relay, parley_cli;

-- The end of each log. `rights`: seq of the last event that changed a right; `floor`: the last seq no longer kept.
CREATE TABLE events.head (
  org_id int PRIMARY KEY,
  seq bigint NOT NULL DEFAULT 0,
  rights bigint NOT NULL DEFAULT 0,
  floor bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE events.log (
  org_id int NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  type text NOT NULL,
  body jsonb NOT NULL,
  user_ids int[] NOT NULL,
  channel_id int,
  -- The organisation's rights once this event is applied.
  rights_after bigint NOT NULL,
  revokes boolean NOT NULL,
  PRIMARY KEY (org_id, seq, at)
) PARTITION BY RANGE (at);
-- The audience, for catching up: of a channel, of a user, of everybody.
CREATE INDEX log_channel ON events.log (org_id, channel_id, seq) WHERE channel_id IS NOT NULL;
CREATE INDEX log_users ON events.log USING gin (user_ids);
CREATE INDEX log_everybody ON events.log (org_id, seq) WHERE channel_id IS NULL AND user_ids = '{}';
-- Takes what no partition was made for in time.
CREATE TABLE events.log_rest PARTITION OF events.log DEFAULT;

-- Who may emit which type.
CREATE TABLE events.emitters (role name NOT NULL, type text NOT NULL, PRIMARY KEY (role, type));

-- How far the relay has published each log, and under which epoch of its lease.
CREATE TABLE events.published (
  org_id int PRIMARY KEY,
  seq bigint NOT NULL,
  epoch bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE events.leases (
  shard int PRIMARY KEY,
  holder text NOT NULL,
  epoch bigint NOT NULL,
  expires_at timestamptz NOT NULL
);

-- Durable consumers of the log, and how far each has applied each organisation's.
CREATE TABLE events.consumers (consumer text PRIMARY KEY);
CREATE TABLE events.inbox (
  consumer text NOT NULL REFERENCES events.consumers,
  org_id int NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (consumer, org_id)
) WITH (fillfactor = 50);

-- The second wall: rows of another organisation do not exist. The relay serves all organisations, also inside the
-- functions it may call (session_user is who connected).
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['head', 'log', 'published', 'inbox'] LOOP
    EXECUTE format('ALTER TABLE events.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE events.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY tenant ON events.%I USING (org_id = (SELECT nullif(current_setting(''app.org'', true), '''')::int))', t
    );
    EXECUTE format(
      'CREATE POLICY relay ON events.%I TO svc_relay, parley_owner USING (session_user = ''svc_relay'')', t
    );
  END LOOP;
END
$$;
-- The audit lists the organisations there are, in a function of its own.
CREATE POLICY audit ON events.head FOR SELECT TO parley_owner USING (session_user = 'svc_audit');

GRANT SELECT ON events.head
  TO svc_gateway, svc_auth, svc_streams, svc_messaging, svc_audit, svc_relay, parley_cli;
GRANT UPDATE (floor) ON events.head TO svc_relay;
GRANT SELECT ON events.log TO svc_gateway, svc_audit, svc_relay;
GRANT SELECT ON events.published, events.leases TO svc_relay;
GRANT SELECT ON events.inbox, events.consumers TO svc_relay, svc_audit;

-- Begins the log of a new organisation; it must be that of `app.org`.
CREATE FUNCTION events.begin_log(p_org int) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  INSERT INTO events.head (org_id) VALUES (p_org);
END;
GRANT EXECUTE ON FUNCTION events.begin_log(int) TO svc_auth;

-- Takes the head until the transaction ends: ids drawn after it are in the order of the log.
-- p_rights: what the decision was made under; NULL where the append that follows checks it.
-- PR001: rights have moved since the decision. PR002: no log for this organisation, or it is not that of `app.org`.
CREATE FUNCTION events.hold(p_org int, p_rights bigint DEFAULT NULL, OUT seq bigint, OUT rights bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  SELECT h.seq, h.rights INTO seq, rights FROM events.head h WHERE h.org_id = p_org FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no log for this organisation' USING ERRCODE = 'PR002';
  END IF;
  IF rights <> p_rights THEN
    RAISE EXCEPTION 'rights have changed' USING ERRCODE = 'PR001';
  END IF;
END
$$;

-- Numbers the events and writes them behind the head.
-- p_events: [{type, body, users: [], channel, changes_rights, revokes}]; p_rights NULL: not checked (what was appended
-- depends on no decision, or the caller holds the head and checked it then).
-- PR003: the connected role may not emit one of the types.
CREATE FUNCTION events.append(p_org int, p_rights bigint, p_events jsonb, OUT seq bigint, OUT rights bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_count CONSTANT bigint := jsonb_array_length(p_events);
  v_first bigint;
  v_before bigint;
  v_changes bigint;
  v_refused text;
BEGIN
  SELECT min(e ->> 'type') FILTER (WHERE m.type IS NULL), max(i) FILTER (WHERE (e ->> 'changes_rights')::boolean)
    INTO v_refused, v_changes
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS given (e, i)
    LEFT JOIN events.emitters m ON m.role = session_user AND m.type = e ->> 'type';
  IF v_refused IS NOT NULL THEN
    RAISE EXCEPTION '% may not emit %', session_user, v_refused USING ERRCODE = 'PR003';
  END IF;

  -- The rights before are in the row that is locked, so they come from a lock taken first.
  SELECT h.seq, h.rights INTO v_first, v_before FROM events.head h WHERE h.org_id = p_org FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no log for this organisation' USING ERRCODE = 'PR002';
  END IF;
  IF v_before <> p_rights THEN
    RAISE EXCEPTION 'rights have changed' USING ERRCODE = 'PR001';
  END IF;
  seq := v_first + v_count;
  rights := coalesce(v_first + v_changes, v_before);
  UPDATE events.head h SET seq = append.seq, rights = append.rights WHERE h.org_id = p_org;

  INSERT INTO events.log (org_id, seq, at, type, body, user_ids, channel_id, rights_after, revokes)
  SELECT p_org,
    v_first + i,
    clock_timestamp(),
    e ->> 'type',
    e -> 'body',
    ARRAY(SELECT u::int FROM jsonb_array_elements_text(e -> 'users') AS u),
    (e ->> 'channel')::int,
    coalesce(max(i) FILTER (WHERE (e ->> 'changes_rights')::boolean) OVER (ORDER BY i) + v_first, v_before),
    (e ->> 'revokes')::boolean
  FROM jsonb_array_elements(p_events) WITH ORDINALITY AS given (e, i);
END
$$;

GRANT EXECUTE ON FUNCTION events.hold(int, bigint), events.append(int, bigint, jsonb)
  TO svc_gateway, svc_auth, svc_streams, svc_messaging, svc_audit, parley_cli;

-- Log 0: what the server itself did.
SELECT set_config('app.org', '0', true);
SELECT events.begin_log(0);
