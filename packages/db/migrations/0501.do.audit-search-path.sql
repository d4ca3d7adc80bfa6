-- Unless it is named, a caller's own temporary schema comes first.
ALTER FUNCTION audit.v1_organisations() SET search_path = pg_catalog, pg_temp;
