-- Somebody reports a message.
INSERT INTO events.emitters (role, type) VALUES ('svc_messaging', 'message.reported') ON CONFLICT DO NOTHING;
