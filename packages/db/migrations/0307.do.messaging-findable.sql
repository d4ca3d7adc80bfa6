-- What is looked for by an index stands in a column of its own and is compared by a leakproof operator: row-level
-- security lets nothing else near an index, so a comparison of arrays, or of what a function makes of a column or of
-- another row, walks all rows of the organisation.

-- The people of a direct conversation, as a key.
CREATE FUNCTION messaging.people_key(p_users integer[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RETURN sha256(convert_to(array_to_string(p_users, ','), 'UTF8')); END $$;
REVOKE ALL ON FUNCTION messaging.people_key(integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.people_key(integer[]) TO svc_messaging;

ALTER TABLE messaging.recipients
  ADD COLUMN people_key bytea GENERATED ALWAYS AS (messaging.people_key(user_ids)) STORED,
  DROP CONSTRAINT recipients_org_id_user_ids_key,
  ADD UNIQUE (org_id, people_key);

ALTER TABLE messaging.messages
  ADD COLUMN topic_key text NOT NULL GENERATED ALWAYS AS (lower(topic)) STORED,
  -- Only send_batch writes here, for recipients it has just read; nobody deletes one.
  DROP CONSTRAINT messages_org_id_recipient_id_fkey;
DROP INDEX messaging.messages_of_topic;
CREATE INDEX messages_of_topic ON messaging.messages (org_id, recipient_id, topic_key, message_id);
