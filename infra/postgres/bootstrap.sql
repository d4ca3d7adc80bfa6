-- Run as the superuser: the roles of the services and one database. May be run again.
-- psql variables: roles (comma list), database.
SELECT format(
  'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS', name
)
FROM unnest(string_to_array(:'roles', ',')) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

SELECT format('CREATE DATABASE %I OWNER parley_owner', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
-- The maintenance databases hold nothing, and would be a place to make things in.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', :'database', name)
FROM unnest(string_to_array(:'roles', ',')) AS name
\gexec

\connect :"database"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
