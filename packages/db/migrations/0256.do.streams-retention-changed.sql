-- For how long a channel keeps its messages is an act that is audited.
INSERT INTO events.emitters (role, type) VALUES ('svc_streams', 'channel.retention-changed') ON CONFLICT DO NOTHING;
