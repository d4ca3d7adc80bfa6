-- Bots get their pictures by operations of accounts.
GRANT EXECUTE ON FUNCTION auth.v1_next_avatar(integer, integer) TO svc_auth;
