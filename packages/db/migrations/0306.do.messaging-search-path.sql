-- Unless it is named, a caller's own temporary schema comes first.
ALTER FUNCTION messaging.v1_open_channel(integer, integer) SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION messaging.v1_subscribed(integer, integer, integer[]) SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION messaging.v1_unsubscribed(integer, integer, integer[]) SET search_path = pg_catalog, pg_temp;
