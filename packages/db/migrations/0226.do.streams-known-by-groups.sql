-- Whose knowledge of channels a change of groups moves, and where a group is in use.
GRANT SELECT ON streams.v1_channels, streams.v1_subscriptions TO svc_auth;
