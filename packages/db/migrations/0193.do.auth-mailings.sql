-- Each mail about coming in that was asked for, for the limits of a day: counted here, whatever becomes of the invitation
-- that it is about. Those of a day that is over are deleted with the next that comes. (invitations.mailed is what processes of
-- before count by.)
CREATE TABLE auth.mailings (
  org_id     integer NOT NULL REFERENCES auth.organisations,
  mail_id    bigint NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('mail', 'asked')),
  inviter_id integer,
  email_key  text NOT NULL,
  asked_at   timestamptz NOT NULL,
  -- When it may be sent: later than it was asked for where its address got enough for a day.
  due_at     timestamptz NOT NULL,
  PRIMARY KEY (org_id, mail_id)
);
CREATE INDEX mailings_due ON auth.mailings (org_id, due_at);
CREATE INDEX mailings_to ON auth.mailings (org_id, email_key, due_at);
ALTER TABLE auth.mailings ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.mailings FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON auth.mailings
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT, INSERT, DELETE ON auth.mailings TO svc_auth;

-- Those that are open, as they are counted and listed, and those that have been over for long, which are deleted with what
-- opened them. A column, for row-level security lets no index of expressions be used.
ALTER TABLE auth.invitations ADD COLUMN open_until timestamptz NOT NULL
  GENERATED ALWAYS AS (coalesce(least(ended_at, expires_at), 'infinity')) STORED;
CREATE INDEX invitations_open_until ON auth.invitations (org_id, open_until) INCLUDE (kind, inviter_id);
CREATE INDEX invitations_of_link ON auth.invitations (org_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX mails_of ON auth.mails (org_id, invitation_id);
GRANT DELETE ON auth.invitations TO svc_auth;
