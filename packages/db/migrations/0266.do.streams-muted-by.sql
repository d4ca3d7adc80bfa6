-- Who mutes somebody: asked with each of their messages.
CREATE INDEX muted_users_of_muted ON streams.muted_users (org_id, muted_id, user_id);
