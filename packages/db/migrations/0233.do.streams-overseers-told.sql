-- Who follows a private channel's list is told of comings from when the log says that they know of it.
CREATE OR REPLACE FUNCTION streams.v1_lists_with(p_org integer, p_user integer) RETURNS TABLE (
  channel_id integer, invite_only boolean, guests boolean, overseers integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT c.channel_id, c.invite_only,
    EXISTS (SELECT FROM streams.subscriptions o JOIN auth.v1_actors a ON a.org_id = p_org AND a.user_id = o.user_id
      WHERE o.org_id = p_org AND o.channel_id = c.channel_id AND o.active AND o.user_id <> p_user
        AND a.is_active AND a.role >= 600),
    CASE WHEN c.invite_only THEN ARRAY(SELECT a.user_id FROM auth.v1_actors a
      WHERE a.org_id = p_org AND a.is_active AND a.user_id <> p_user
        AND a.role < 600 AND (a.role <= 200 OR a.user_id IN (SELECT auth.v1_members_of(p_org,
          ARRAY[c.can_add_subscribers_group, c.can_administer_channel_group, c.can_subscribe_group], NULL)))
      ORDER BY a.user_id)
    ELSE '{}' END
  FROM streams.subscriptions s JOIN streams.channels c ON c.org_id = p_org AND c.channel_id = s.channel_id
  WHERE s.org_id = p_org AND s.user_id = p_user AND s.active
  ORDER BY c.channel_id;
END $$;
