-- How far logs reach, for the relay's scan and for gateways that compare what they have applied.

CREATE OR REPLACE FUNCTION events.unpublished(p_shard int, p_shards int) RETURNS TABLE (org_id int, seq bigint)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY
    SELECT h.org_id, h.seq
    FROM events.head h
    LEFT JOIN events.published p ON p.org_id = h.org_id
    WHERE h.org_id % p_shards = p_shard AND h.seq > coalesce(p.seq, 0);
END
$$;

-- Numbers only: a gateway asks for many organisations at once.
CREATE POLICY gateway ON events.head FOR SELECT TO parley_owner USING (session_user = 'svc_gateway');
CREATE FUNCTION events.v1_heads(p_orgs int[]) RETURNS TABLE (org_id int, seq bigint, rights bigint)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY SELECT h.org_id, h.seq, h.rights FROM events.head h WHERE h.org_id = ANY (p_orgs);
END
$$;
GRANT EXECUTE ON FUNCTION events.v1_heads(int[]) TO svc_gateway;
