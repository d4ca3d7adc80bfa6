-- What every gateway must know from now on, for good: one of a version that does not takes no lease any more. So whoever has
-- asked for it, and finds no such gateway alive, will find none later.
CREATE TABLE gateway.demands (demand text PRIMARY KEY);

-- From the first message that goes to another channel on, a gateway has to follow it there: its name ends so. Nothing is asked
-- for while one that does not is alive.
CREATE FUNCTION gateway.v1_demand_moves() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO gateway.demands (demand)
    SELECT 'moves' WHERE NOT EXISTS (SELECT FROM gateway.leases l
      WHERE l.expires_at > clock_timestamp() AND l.gateway_id NOT LIKE '%-moves')
    ON CONFLICT DO NOTHING;
END
$$;
REVOKE ALL ON FUNCTION gateway.v1_demand_moves() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gateway.v1_demand_moves() TO svc_messaging;

CREATE OR REPLACE FUNCTION gateway.take_lease(p_gateway text, p_ttl interval) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_epoch bigint;
BEGIN
  IF p_gateway NOT LIKE '%-moves' AND EXISTS (SELECT FROM gateway.demands d WHERE d.demand = 'moves') THEN
    RAISE EXCEPTION 'a gateway of this version would give out moved messages: start a newer one';
  END IF;
  DELETE FROM gateway.leases WHERE expires_at < clock_timestamp() - interval '1 hour';
  INSERT INTO gateway.leases AS l (gateway_id, epoch, expires_at)
    VALUES (p_gateway, nextval('gateway.lease_epochs'), clock_timestamp() + p_ttl)
    ON CONFLICT (gateway_id) DO UPDATE
      SET epoch = excluded.epoch, expires_at = clock_timestamp() + p_ttl, barriers = '{}'
    RETURNING l.epoch INTO v_epoch;
  RETURN v_epoch;
END
$$;
