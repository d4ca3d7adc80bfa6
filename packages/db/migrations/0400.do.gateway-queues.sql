-- Event queues: all there is of a queue, so that any gateway serves any queue.
CREATE TABLE gateway.queues (
  org_id int NOT NULL,
  queue_id uuid NOT NULL,
  user_id int NOT NULL,
  -- The head of the log in the snapshot that the queue began with.
  start bigint NOT NULL,
  -- The last event the client has acknowledged; saved late.
  position bigint NOT NULL,
  -- What it wants and how: see the gateway's queue specification.
  spec jsonb NOT NULL,
  -- Seconds without a poll after which it is collected.
  lifespan int NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (org_id, queue_id)
) WITH (fillfactor = 70);
CREATE INDEX queues_user ON gateway.queues (org_id, user_id, created_at);
CREATE INDEX queues_expired ON gateway.queues (expires_at);

ALTER TABLE gateway.queues ENABLE ROW LEVEL SECURITY;
ALTER TABLE gateway.queues FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON gateway.queues
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::int));
-- Sweeping is for all organisations, and reaches nothing that still lives.
CREATE POLICY sweep ON gateway.queues TO parley_owner
  USING (session_user = 'svc_gateway' AND expires_at < clock_timestamp());

GRANT SELECT, INSERT, DELETE, UPDATE (position, expires_at) ON gateway.queues TO svc_gateway;

-- Deletes some queues that nobody polls any more. @returns how many
CREATE FUNCTION gateway.sweep_queues(p_limit int) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH gone AS (
    DELETE FROM gateway.queues q WHERE (q.org_id, q.queue_id) IN (
      SELECT e.org_id, e.queue_id FROM gateway.queues e WHERE e.expires_at < clock_timestamp()
      ORDER BY e.expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED)
    RETURNING 1)
  SELECT count(*) FROM gone;
END;
GRANT EXECUTE ON FUNCTION gateway.sweep_queues(int) TO svc_gateway;

-- Gateways compare the logs they follow with their heads, all at once.
CREATE FUNCTION gateway.heads(p_orgs int[]) RETURNS TABLE (org_id int, seq bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT h.org_id, h.seq FROM events.head h WHERE h.org_id = ANY (p_orgs);
END;
GRANT EXECUTE ON FUNCTION gateway.heads(int[]) TO svc_gateway;
