-- Run as the superuser: ends the sessions that stand on revoked certificates.
-- psql variables: serials (comma list, decimal).
SELECT count(pg_terminate_backend(pid))
FROM pg_stat_ssl
WHERE client_serial = ANY (string_to_array(:'serials', ',')::numeric[]);
