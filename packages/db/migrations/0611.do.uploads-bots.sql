-- Pictures of bots come with operations of accounts, made and sealed here before: they are kept in the transaction of the
-- operation. After the account's row is taken, before the head.
CREATE FUNCTION uploads.v1_keep_avatar(
  p_org integer, p_user integer, p_path text, p_sealed bytea, p_medium_path text, p_medium_sealed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_gone text[];
BEGIN
  IF p_path !~ '^avatars/[0-9a-f]{32}\.png$' OR p_medium_path !~ '^avatars/medium/[0-9a-f]{32}\.webp$' THEN
    RAISE EXCEPTION 'not the places of an account''s picture' USING ERRCODE = 'check_violation';
  END IF;
  DELETE FROM uploads.avatars a WHERE a.org_id = p_org AND a.user_id = p_user
    RETURNING ARRAY[a.path, a.medium_path] INTO v_gone;
  DELETE FROM uploads.images i WHERE i.org_id = p_org AND i.path = ANY (v_gone);
  INSERT INTO uploads.images (org_id, path, media_type, sealed)
    VALUES (p_org, p_path, 'image/png', p_sealed), (p_org, p_medium_path, 'image/webp', p_medium_sealed);
  INSERT INTO uploads.avatars (org_id, user_id, path, medium_path) VALUES (p_org, p_user, p_path, p_medium_path);
END $$;
REVOKE ALL ON FUNCTION uploads.v1_keep_avatar(integer, integer, text, bytea, text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION uploads.v1_keep_avatar(integer, integer, text, bytea, text, bytea) TO svc_auth;

INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'user.avatar-changed') ON CONFLICT DO NOTHING;
