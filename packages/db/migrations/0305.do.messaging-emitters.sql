-- What svc_messaging may write into a log.
INSERT INTO events.emitters (role, type)
SELECT 'svc_messaging', type FROM unnest(ARRAY['flags.changed', 'message.sent']) AS type
ON CONFLICT DO NOTHING;
