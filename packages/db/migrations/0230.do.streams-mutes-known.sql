-- Who muted whom, for what is shown of one to the other.
CREATE VIEW streams.v1_muted_users AS SELECT org_id, user_id, muted_id FROM streams.muted_users;
GRANT SELECT ON streams.v1_muted_users TO svc_messaging;
