-- What svc_auth may write into a log.
INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY[
  'account.created',
  'group.members-added',
  'key.created',
  'key.regenerated',
  'organisation.created',
  'session.created',
  'session.ended',
  'user.created',
  'user.deactivated'
]) AS type
ON CONFLICT DO NOTHING;
