-- Gateways hold principals and memberships in memory under a lease. A barrier that a gateway has not confirmed is
-- written into its lease's row, so that the row's lock orders barrier and renewal.

CREATE TABLE gateway.leases (
  gateway_id text PRIMARY KEY,
  epoch bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  -- Organisation → seq that must be applied before the lease is extended.
  barriers jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 50);
CREATE SEQUENCE gateway.lease_epochs AS bigint;

GRANT USAGE ON SCHEMA gateway TO svc_auth, svc_streams, svc_messaging, parley_cli;

-- Begins a lease, before the gateway loads anything; whatever it held under an earlier one it must throw away.
CREATE FUNCTION gateway.take_lease(p_gateway text, p_ttl interval) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_epoch bigint;
BEGIN
  DELETE FROM gateway.leases WHERE expires_at < clock_timestamp() - interval '1 hour';
  INSERT INTO gateway.leases AS l (gateway_id, epoch, expires_at)
    VALUES (p_gateway, nextval('gateway.lease_epochs'), clock_timestamp() + p_ttl)
    ON CONFLICT (gateway_id) DO UPDATE
      SET epoch = excluded.epoch, expires_at = clock_timestamp() + p_ttl, barriers = '{}'
    RETURNING l.epoch INTO v_epoch;
  RETURN v_epoch;
END
$$;

-- Extends a lease, unless a barrier is left that `p_applied` ({organisation: seq}) does not reach: then it says which.
-- No row: the lease has lapsed or belongs to a later epoch.
CREATE FUNCTION gateway.renew_lease(p_gateway text, p_epoch bigint, p_ttl interval, p_applied jsonb)
  RETURNS TABLE (extended boolean, barriers jsonb)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_lease gateway.leases;
BEGIN
  -- The clock is looked at behind the lock: whoever found the lease lapsed did so behind it too.
  SELECT l.* INTO v_lease FROM gateway.leases l WHERE l.gateway_id = p_gateway FOR UPDATE;
  IF v_lease.epoch IS DISTINCT FROM p_epoch OR v_lease.expires_at <= clock_timestamp() THEN
    RETURN;
  END IF;
  SELECT coalesce(jsonb_object_agg(b.key, b.value), '{}') INTO barriers
    FROM jsonb_each(v_lease.barriers) b
    WHERE (b.value)::bigint > coalesce((p_applied ->> b.key)::bigint, 0);
  extended := barriers = '{}';
  UPDATE gateway.leases l
    SET barriers = renew_lease.barriers,
      expires_at = CASE WHEN renew_lease.extended THEN clock_timestamp() + p_ttl ELSE l.expires_at END
    WHERE l.gateway_id = p_gateway;
  RETURN NEXT;
END
$$;

-- Ends a lease early: the gateway has stopped serving.
CREATE FUNCTION gateway.end_lease(p_gateway text, p_epoch bigint) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  DELETE FROM gateway.leases WHERE gateway_id = p_gateway AND epoch = p_epoch;
END;

-- Gateways that may still act on what they hold.
CREATE FUNCTION gateway.v1_live_leases() RETURNS TABLE (gateway_id text, epoch bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY SELECT l.gateway_id, l.epoch FROM gateway.leases l WHERE l.expires_at > clock_timestamp();
  -- One that looks lapsed may be about to be extended by a renewal that took its lock in time.
  FOR gateway_id, epoch IN
    SELECT l.gateway_id, l.epoch FROM gateway.leases l
      WHERE l.expires_at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp()
      ORDER BY l.gateway_id
  LOOP
    PERFORM FROM gateway.leases l WHERE l.gateway_id = v1_live_leases.gateway_id FOR SHARE;
    IF EXISTS (SELECT FROM gateway.leases l
      WHERE l.gateway_id = v1_live_leases.gateway_id AND l.expires_at > clock_timestamp())
    THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END
$$;

-- Which of these leases has neither applied the seq nor lapsed. With `p_write` the barrier is written first.
CREATE FUNCTION gateway.v1_unapplied(p_org int, p_seq bigint, p_gateways text[], p_epochs bigint[], p_write boolean)
  RETURNS SETOF text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_lease gateway.leases;
BEGIN
  FOR v_lease IN
    SELECT l.* FROM gateway.leases l
      JOIN unnest(p_gateways, p_epochs) AS asked (gateway_id, epoch)
        ON l.gateway_id = asked.gateway_id AND l.epoch = asked.epoch
      ORDER BY l.gateway_id
      FOR NO KEY UPDATE OF l
  LOOP
    CONTINUE WHEN v_lease.expires_at <= clock_timestamp();
    IF p_write THEN
      UPDATE gateway.leases l
        SET barriers = l.barriers || jsonb_build_object(
          p_org::text, greatest(p_seq, coalesce((l.barriers ->> p_org::text)::bigint, 0)))
        WHERE l.gateway_id = v_lease.gateway_id;
      RETURN NEXT v_lease.gateway_id;
    ELSIF (v_lease.barriers ->> p_org::text)::bigint >= p_seq THEN
      RETURN NEXT v_lease.gateway_id;
    END IF;
  END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION gateway.take_lease(text, interval), gateway.renew_lease(text, bigint, interval, jsonb),
  gateway.end_lease(text, bigint) TO svc_gateway;
GRANT EXECUTE ON FUNCTION gateway.v1_live_leases(), gateway.v1_unapplied(int, bigint, text[], bigint[], boolean)
  TO svc_gateway, svc_auth, svc_streams, svc_messaging, parley_cli;
