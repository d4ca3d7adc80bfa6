-- What an organisation links in texts, whole and in its order: a list of {id, pattern, url_template}. `version` rises with
-- every change, behind the head, so that who rendered by one version learns of a later one.
CREATE SEQUENCE auth.linkifier_ids AS integer;
CREATE TABLE auth.linkifiers (
  org_id     integer PRIMARY KEY REFERENCES auth.organisations,
  version    bigint NOT NULL,
  linkifiers jsonb NOT NULL
);
ALTER TABLE auth.linkifiers ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.linkifiers FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON auth.linkifiers
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT USAGE ON auth.linkifier_ids TO svc_auth;
GRANT SELECT, INSERT, UPDATE (version, linkifiers) ON auth.linkifiers TO svc_auth;

CREATE VIEW auth.v1_linkifiers AS SELECT org_id, version, linkifiers FROM auth.linkifiers;
GRANT SELECT ON auth.v1_linkifiers TO svc_messaging;

INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'linkifiers.set') ON CONFLICT DO NOTHING;
