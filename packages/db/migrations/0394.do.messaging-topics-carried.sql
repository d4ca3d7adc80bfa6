-- Who moves a whole topic tells people that what they set for it went along.
INSERT INTO events.emitters (role, type) VALUES ('svc_messaging', 'user-topic.set') ON CONFLICT DO NOTHING;
