-- Ends what an account wanted sent later, and reminded of: for who gives the account to somebody else. Rows before the head;
-- whoever adds one holds the lock until it is there.
CREATE FUNCTION messaging.v1_end_scheduled(p_org integer, p_user integer)
RETURNS TABLE (scheduled_id integer, reminder boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  -- As whoever changes one: first its row, then what they have together.
  PERFORM FROM messaging.scheduled s WHERE s.org_id = p_org AND s.user_id = p_user ORDER BY s.scheduled_id FOR UPDATE;
  PERFORM pg_advisory_xact_lock(102, p_user);
  RETURN QUERY
    DELETE FROM messaging.scheduled s WHERE s.org_id = p_org AND s.user_id = p_user
    RETURNING s.scheduled_id, s.about IS NOT NULL;
END $$;
REVOKE ALL ON FUNCTION messaging.v1_end_scheduled(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_end_scheduled(integer, integer) TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY['scheduled.changed', 'reminder.changed']) AS type
ON CONFLICT DO NOTHING;
