-- Channels that new accounts are in from the beginning; never private ones.
ALTER TABLE streams.channels ADD COLUMN is_default boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT channels_default_public CHECK (NOT (is_default AND invite_only));
GRANT UPDATE (is_default) ON streams.channels TO svc_streams;
INSERT INTO events.emitters (role, type)
SELECT 'svc_streams', type FROM unnest(ARRAY[
  'channel.access-changed',
  'channel.changed',
  'channel.changed-within',
  'channel.opened',
  'default-channels.changed',
  'peer.shown'
]) AS type
ON CONFLICT DO NOTHING;
