-- Messages of which anything is said about who has read them from the start, for who looks through many: they are few.
CREATE INDEX messages_read_by_some ON messaging.messages (org_id, message_id)
  WHERE read_by <> '{}' OR unread_for IS NOT NULL;

-- What is walked along in an index alone must be known to be visible to everybody, the newest messages before all: those
-- are what people mark. By default a fifth of the table would have to come first.
ALTER TABLE messaging.messages SET (autovacuum_vacuum_insert_scale_factor = 0.0, autovacuum_vacuum_insert_threshold = 2000);
