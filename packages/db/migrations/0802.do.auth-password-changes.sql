-- People change their own passwords.
INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'password.changed') ON CONFLICT DO NOTHING;
