-- Where code of a language can be tried, and the views that people keep at hand.
CREATE SEQUENCE auth.playground_ids AS integer;
CREATE TABLE auth.playgrounds (
  org_id            integer NOT NULL REFERENCES auth.organisations,
  playground_id     integer NOT NULL DEFAULT nextval('auth.playground_ids'),
  name              text NOT NULL,
  pygments_language text NOT NULL,
  url_template      text NOT NULL,
  PRIMARY KEY (org_id, playground_id)
);
CREATE TABLE auth.navigation_views (
  org_id    integer NOT NULL,
  user_id   integer NOT NULL,
  fragment  text NOT NULL,
  is_pinned boolean NOT NULL,
  name      text,
  PRIMARY KEY (org_id, user_id, fragment)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['playgrounds', 'navigation_views'] LOOP
    EXECUTE format('ALTER TABLE auth.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE auth.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY organisation ON auth.%I USING (org_id = (SELECT nullif(current_setting(''app.org'', true), '''')::integer))',
      name);
  END LOOP;
END $$;
GRANT USAGE ON auth.playground_ids TO svc_auth;
GRANT SELECT, INSERT, DELETE ON auth.playgrounds TO svc_auth;
GRANT SELECT, INSERT, DELETE, UPDATE (is_pinned, name) ON auth.navigation_views TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY['playgrounds.set', 'navigation-view.changed']) AS type
ON CONFLICT DO NOTHING;
