-- Who may do what in a channel: each permission is given to a group of auth's (8 is nobody, 2 everybody, 6
-- administrators). Who made a channel administers it.
ALTER TABLE streams.channels
  ADD COLUMN can_add_subscribers_group    integer NOT NULL DEFAULT 8,
  ADD COLUMN can_administer_channel_group integer NOT NULL DEFAULT 8,
  ADD COLUMN can_remove_subscribers_group integer NOT NULL DEFAULT 6,
  ADD COLUMN can_send_message_group       integer NOT NULL DEFAULT 2,
  ADD COLUMN can_subscribe_group          integer NOT NULL DEFAULT 8;

DO $$
DECLARE v_org integer;
BEGIN
  FOR v_org IN SELECT org_id FROM auth.organisations LOOP
    PERFORM set_config('app.org', v_org::text, true);
    UPDATE streams.channels
      SET can_administer_channel_group = auth.v1_setting_group(v_org, ARRAY[creator_id], '{}')
      WHERE org_id = v_org AND creator_id IS NOT NULL;
  END LOOP;
  PERFORM set_config('app.org', '', true);
END $$;

GRANT UPDATE (can_add_subscribers_group, can_administer_channel_group, can_remove_subscribers_group,
  can_send_message_group, can_subscribe_group) ON streams.channels TO svc_streams;

CREATE OR REPLACE VIEW streams.v1_channels AS
  SELECT org_id, channel_id, recipient_id, name, name_key, description, invite_only,
         history_public_to_subscribers, is_web_public, archived, creator_id, created_at,
         can_add_subscribers_group, can_administer_channel_group, can_remove_subscribers_group,
         can_send_message_group, can_subscribe_group
  FROM streams.channels;

-- Who follows a private channel's list is who may know of it.
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
          ARRAY[c.can_add_subscribers_group, c.can_administer_channel_group, c.can_subscribe_group]))) ORDER BY a.user_id)
    ELSE '{}' END
  FROM streams.subscriptions s JOIN streams.channels c ON c.org_id = p_org AND c.channel_id = s.channel_id
  WHERE s.org_id = p_org AND s.user_id = p_user AND s.active
  ORDER BY c.channel_id;
END $$;
