-- The words of a piece of messages go into the index together: each key once, with all its places, not each word of each message by itself.
-- Until they are filed they wait in the index' list of what is pending, which every search reads from end to end: so who writes
-- words files them right after. Where nobody does, the list goes into the index when it has 64 kB.
ALTER INDEX messaging.words_of_messages SET (fastupdate = on, gin_pending_list_limit = 64);

-- The owner's to do. It holds what waits of every organisation, and tells nothing of it.
CREATE FUNCTION messaging.file_words() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT gin_clean_pending_list('messaging.words_of_messages'::regclass) $$;
REVOKE ALL ON FUNCTION messaging.file_words() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.file_words() TO svc_messaging;
