INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY[
  'group.changed',
  'group.created',
  'group.deactivated',
  'group.subgroups-added',
  'group.subgroups-removed',
  'group.updated',
  'user.moved'
]) AS type
ON CONFLICT DO NOTHING;
