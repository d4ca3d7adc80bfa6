INSERT INTO events.emitters (role, type)
SELECT 'svc_streams', type FROM unnest(ARRAY['channel.permissions-changed', 'user.moved']) AS type
ON CONFLICT DO NOTHING;
