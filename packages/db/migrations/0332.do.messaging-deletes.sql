-- Messages are taken away with what readers put on them. What was read and received stays, as parts of id lines.
GRANT DELETE ON messaging.messages, messaging.user_flags, messaging.edits TO svc_messaging;

INSERT INTO events.emitters (role, type)
SELECT 'svc_messaging', type FROM unnest(ARRAY['messages.deleted', 'messages.deleted-within']) AS type
ON CONFLICT DO NOTHING;
