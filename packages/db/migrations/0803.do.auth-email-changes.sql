-- People take other addresses, once they have shown that mail comes to them there. Each is asked for by its account, and
-- what is to be mailed about it stands beside it: first to the new address, and once it was changed to the one of before.
CREATE SEQUENCE auth.email_change_ids AS integer;
CREATE TABLE auth.email_changes (
  org_id     integer NOT NULL,
  change_id  integer NOT NULL DEFAULT nextval('auth.email_change_ids'),
  user_id    integer NOT NULL,
  -- As it is written to, and as it is compared.
  email      text NOT NULL,
  email_key  text NOT NULL GENERATED ALWAYS AS (lower(email COLLATE "C")) STORED,
  -- The address of before, once it was changed.
  was        text,
  -- The organisation's address, without a slash at the end.
  url        text NOT NULL,
  asked_at   timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- Changed, or another was asked for.
  ended_at   timestamptz,
  -- Of the mail that is to be sent: the same at every attempt; when; null for none.
  message_id uuid NOT NULL,
  due_at     timestamptz,
  attempts   smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (org_id, change_id),
  FOREIGN KEY (org_id, user_id) REFERENCES auth.users
);
CREATE INDEX email_changes_open ON auth.email_changes (org_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX email_changes_to ON auth.email_changes (org_id, email_key, asked_at);
CREATE INDEX email_changes_due ON auth.email_changes (org_id, due_at) WHERE due_at IS NOT NULL;

-- What confirms them, as hashes: each attempt to send the mail draws its own.
CREATE TABLE auth.email_change_secrets (
  org_id    integer NOT NULL,
  sha256    bytea NOT NULL CHECK (length(sha256) = 32),
  change_id integer NOT NULL,
  PRIMARY KEY (org_id, sha256),
  FOREIGN KEY (org_id, change_id) REFERENCES auth.email_changes
);
CREATE INDEX email_change_secrets_of ON auth.email_change_secrets (org_id, change_id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['email_changes', 'email_change_secrets'] LOOP
    EXECUTE format('ALTER TABLE auth.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE auth.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY organisation ON auth.%I USING (org_id = (SELECT nullif(current_setting(''app.org'', true), '''')::integer))',
      name);
  END LOOP;
END $$;
CREATE POLICY posting ON auth.email_changes FOR SELECT TO parley_owner
  USING (current_setting('app.posting', true) = 'on');
GRANT USAGE ON auth.email_change_ids TO svc_auth;
GRANT SELECT, INSERT, UPDATE (was, ended_at, message_id, due_at, attempts) ON auth.email_changes TO svc_auth;
GRANT SELECT, INSERT ON auth.email_change_secrets TO svc_auth;
GRANT UPDATE (email, delivery_email) ON auth.users TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY[
  'account.email-changed', 'user.email-changed', 'user.shown-email-changed'
]) AS type
ON CONFLICT DO NOTHING;

-- As before, and those with a mail about an address.
CREATE OR REPLACE FUNCTION auth.organisations_with_mail(p_now timestamptz) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
  PERFORM set_config('app.posting', 'on', true);
  RETURN QUERY
    WITH RECURSIVE holding (org_id) AS (
      SELECT min(m.org_id) FROM auth.mails m
      UNION ALL
      SELECT (SELECT min(m.org_id) FROM auth.mails m WHERE m.org_id > h.org_id)
        FROM holding h WHERE h.org_id IS NOT NULL
    ), changing (org_id) AS (
      SELECT min(c.org_id) FROM auth.email_changes c WHERE c.due_at IS NOT NULL
      UNION ALL
      SELECT (SELECT min(c.org_id) FROM auth.email_changes c WHERE c.due_at IS NOT NULL AND c.org_id > h.org_id)
        FROM changing h WHERE h.org_id IS NOT NULL
    ), due (org_id) AS (
      SELECT h.org_id FROM holding h
        WHERE EXISTS (SELECT FROM auth.mails m WHERE m.org_id = h.org_id AND m.due_at <= p_now)
      UNION
      SELECT h.org_id FROM changing h
        WHERE EXISTS (SELECT FROM auth.email_changes c WHERE c.org_id = h.org_id AND c.due_at <= p_now)
    )
    SELECT d.org_id FROM due d
      WHERE NOT EXISTS (SELECT FROM auth.organisations o WHERE o.org_id = d.org_id AND o.deactivated);
  PERFORM set_config('app.posting', '', true);
END $$;
