-- In which words somebody reported a message last, as a digest: other words are said again.
ALTER TABLE messaging.reported ADD COLUMN words bytea CHECK (length(words) = 32);
GRANT UPDATE (words) ON messaging.reported TO svc_messaging;
