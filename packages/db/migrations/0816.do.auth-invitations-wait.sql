-- An invitation whose mail waits is good for as long as it was to be from when that mail may go.
GRANT UPDATE (expires_at) ON auth.invitations TO svc_auth;
