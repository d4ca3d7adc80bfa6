-- The scan tells how far each log reaches, so that what is published already wakes nobody.

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
