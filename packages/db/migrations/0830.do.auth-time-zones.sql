-- People say in which time zone they are.
GRANT UPDATE (timezone) ON auth.users TO svc_auth;

INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'user.time-zone-set') ON CONFLICT DO NOTHING;
