-- For how many days messages are kept in a channel; -1 for ever, null as long as the organisation keeps its own.
ALTER TABLE streams.channels ADD COLUMN message_retention_days integer
  CHECK (message_retention_days = -1 OR message_retention_days BETWEEN 1 AND 1000000);
GRANT UPDATE (message_retention_days) ON streams.channels TO svc_streams;

CREATE VIEW streams.v1_retention AS
  SELECT org_id, channel_id, recipient_id, message_retention_days FROM streams.channels;
GRANT SELECT ON streams.v1_retention TO svc_messaging;

-- Finds all organisations that keep anything for a time only.
CREATE INDEX channels_retention ON streams.channels (org_id) WHERE message_retention_days > 0;
CREATE POLICY expiring ON streams.channels FOR SELECT TO parley_owner
  USING (current_setting('app.expiring', true) = 'on');
