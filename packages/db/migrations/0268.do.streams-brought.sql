-- How many people somebody brought into channels with a notice to each, since when: so many in an hour at most.
CREATE TABLE streams.brought (
  org_id  integer NOT NULL,
  user_id integer NOT NULL,
  since   timestamptz NOT NULL,
  people  integer NOT NULL,
  PRIMARY KEY (org_id, user_id)
);
ALTER TABLE streams.brought ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.brought FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON streams.brought
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT, INSERT, UPDATE (since, people) ON streams.brought TO svc_streams;
