-- Is this one among those whom an account has met (messaging.v1_met)? For one of them there is no need to know all. The
-- other is any number that somebody names.
CREATE FUNCTION messaging.v1_has_met(p_org integer, p_user integer, p_other bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
      SELECT FROM streams.v1_subscriptions s
      JOIN streams.v1_channels c ON c.org_id = s.org_id AND c.channel_id = s.channel_id AND NOT c.archived
      JOIN streams.v1_subscriptions o ON o.org_id = s.org_id AND o.channel_id = s.channel_id AND o.user_id = p_other
      WHERE s.org_id = p_org AND s.user_id = p_user)
    OR EXISTS (
      SELECT FROM messaging.received r
      JOIN messaging.recipients rc ON rc.org_id = r.org_id AND rc.recipient_id = r.recipient_id
      WHERE r.org_id = p_org AND r.user_id = p_user AND p_other = ANY (rc.user_ids))
$$;
REVOKE ALL ON FUNCTION messaging.v1_has_met(integer, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_has_met(integer, integer, bigint) TO svc_auth;
