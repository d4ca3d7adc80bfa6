-- What svc_streams may write into a log.
INSERT INTO events.emitters (role, type)
SELECT 'svc_streams', type FROM unnest(ARRAY[
  'channel.created',
  'channel.established',
  'channel.revealed',
  'channel.withdrawn',
  'membership.ended',
  'membership.granted',
  'peer.added',
  'peer.added-within',
  'peer.removed',
  'peer.removed-within',
  'subscription.added',
  'subscription.removed'
]) AS type
ON CONFLICT DO NOTHING;
