-- Leaving a channel marks what was unread there as read.
INSERT INTO events.emitters (role, type) VALUES ('svc_streams', 'unread.cleared') ON CONFLICT DO NOTHING;
