-- The tamper-evident log: one RFC 9162 tree per organisation. Leaves are only ever added.
CREATE TABLE audit.trees (
  org_id     integer PRIMARY KEY,
  size       bigint NOT NULL,
  roots      bytea[] NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit.leaves (
  org_id integer NOT NULL,
  index  bigint NOT NULL,
  seq    bigint NOT NULL,
  entry  text NOT NULL,
  hash   bytea NOT NULL,
  PRIMARY KEY (org_id, index),
  UNIQUE (org_id, seq)
);

ALTER TABLE audit.trees ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.trees FORCE ROW LEVEL SECURITY;
ALTER TABLE audit.leaves ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit.leaves FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON audit.trees USING (org_id = nullif(current_setting('app.org', true), '')::integer);
CREATE POLICY organisation ON audit.leaves USING (org_id = nullif(current_setting('app.org', true), '')::integer);

GRANT USAGE ON SCHEMA audit TO svc_audit;
GRANT SELECT, INSERT, UPDATE ON audit.trees TO svc_audit;
-- No UPDATE and no DELETE: what was written stays as it was written.
GRANT SELECT, INSERT ON audit.leaves TO svc_audit;

-- Which organisations have a tree is no organisation's own data; the operator asks for it.
CREATE FUNCTION audit.v1_organisations() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT org_id FROM events.head ORDER BY org_id $$;
REVOKE ALL ON FUNCTION audit.v1_organisations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.v1_organisations() TO svc_audit;
