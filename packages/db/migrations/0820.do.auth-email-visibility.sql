-- People say who sees their address; new accounts begin with what the organisation says.
GRANT UPDATE (email_address_visibility) ON auth.users TO svc_auth;

INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'user.email-visibility-changed') ON CONFLICT DO NOTHING;
