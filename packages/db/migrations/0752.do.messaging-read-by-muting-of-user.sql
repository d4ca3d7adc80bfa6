-- Of whom a reader has muted messages is asked once for all that they read.
CREATE INDEX read_by_muting_of_user ON messaging.read_by_muting (org_id, user_id);
