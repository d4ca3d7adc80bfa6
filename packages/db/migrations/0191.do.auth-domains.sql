-- Domains of e-mail whose addresses may come into an organisation that restricts that.
CREATE SEQUENCE auth.domain_ids AS integer;
CREATE TABLE auth.domains (
  org_id           integer NOT NULL REFERENCES auth.organisations,
  domain           text NOT NULL CHECK (domain = lower(domain COLLATE "C")),
  domain_id        integer NOT NULL DEFAULT nextval('auth.domain_ids'),
  allow_subdomains boolean NOT NULL,
  PRIMARY KEY (org_id, domain)
);
ALTER TABLE auth.domains ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.domains FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON auth.domains
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT USAGE ON auth.domain_ids TO svc_auth;
GRANT SELECT, INSERT, DELETE, UPDATE (allow_subdomains) ON auth.domains TO svc_auth;

INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'domain.changed') ON CONFLICT DO NOTHING;
