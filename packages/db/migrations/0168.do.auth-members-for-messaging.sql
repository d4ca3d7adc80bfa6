-- Messaging asks who reads a channel by a permission when messages go there.
GRANT EXECUTE ON FUNCTION auth.v1_members_of(integer, integer[], timestamptz) TO svc_messaging;
