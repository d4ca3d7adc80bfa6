-- Invitations, and whoever asked to come in: by a link (`parent_id`), or of their own accord (nobody invited them).
CREATE SEQUENCE auth.invitation_ids AS integer;
CREATE TABLE auth.invitations (
  org_id        integer NOT NULL REFERENCES auth.organisations,
  invitation_id integer NOT NULL DEFAULT nextval('auth.invitation_ids'),
  kind          text NOT NULL CHECK (kind IN ('mail', 'link', 'asked')),
  inviter_id    integer CHECK (inviter_id IS NOT NULL OR kind = 'asked'),
  parent_id     integer,
  -- As it is written to, and as it is compared; null for links.
  email         text CHECK ((email IS NULL) = (kind = 'link')),
  email_key     text GENERATED ALWAYS AS (lower(email COLLATE "C")) STORED,
  role          smallint NOT NULL CHECK (role IN (100, 200, 300, 400, 600)),
  channels      integer[] NOT NULL,
  groups        integer[] NOT NULL,
  with_defaults boolean NOT NULL,
  notify        boolean NOT NULL,
  welcome       text,
  invited_at    timestamptz NOT NULL,
  expires_at    timestamptz,
  -- Used, taken back, or its inviter is gone.
  ended_at      timestamptz,
  -- When a mail was asked for: each counts towards the limits of a day.
  mailed        timestamptz[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (org_id, invitation_id),
  FOREIGN KEY (org_id, inviter_id) REFERENCES auth.users,
  FOREIGN KEY (org_id, parent_id) REFERENCES auth.invitations
);
CREATE INDEX invitations_open ON auth.invitations (org_id, email_key) WHERE ended_at IS NULL;
CREATE INDEX invitations_given ON auth.invitations (org_id, invited_at);

-- What opens them, as hashes. Each attempt to send a mail draws its own, so none is ever kept: all of one sending are good,
-- whichever of them arrived.
CREATE TABLE auth.invitation_secrets (
  org_id        integer NOT NULL,
  sha256        bytea NOT NULL CHECK (length(sha256) = 32),
  invitation_id integer NOT NULL,
  PRIMARY KEY (org_id, sha256),
  FOREIGN KEY (org_id, invitation_id) REFERENCES auth.invitations
);
CREATE INDEX invitation_secrets_of ON auth.invitation_secrets (org_id, invitation_id);

-- Mails that are to be sent. They hold nothing of what is written in them: that is made when they are sent.
CREATE SEQUENCE auth.mail_ids AS bigint;
CREATE TABLE auth.mails (
  org_id        integer NOT NULL,
  mail_id       bigint NOT NULL DEFAULT nextval('auth.mail_ids'),
  -- The same at every attempt, so that who gets it twice can tell.
  message_id    uuid NOT NULL,
  invitation_id integer NOT NULL,
  -- The organisation's address, without a slash at the end.
  url           text NOT NULL,
  due_at        timestamptz NOT NULL,
  attempts      smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (org_id, mail_id),
  FOREIGN KEY (org_id, invitation_id) REFERENCES auth.invitations
);
CREATE INDEX mails_due ON auth.mails (org_id, due_at);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['invitations', 'invitation_secrets', 'mails'] LOOP
    EXECUTE format('ALTER TABLE auth.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE auth.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY organisation ON auth.%I USING (org_id = (SELECT nullif(current_setting(''app.org'', true), '''')::integer))',
      name);
  END LOOP;
END $$;
GRANT USAGE ON auth.invitation_ids, auth.mail_ids TO svc_auth;
GRANT SELECT, INSERT, UPDATE (ended_at, mailed) ON auth.invitations TO svc_auth;
GRANT SELECT, INSERT, DELETE ON auth.invitation_secrets TO svc_auth;
GRANT SELECT, INSERT, DELETE, UPDATE (due_at, attempts) ON auth.mails TO svc_auth;

-- Organisations with a mail that is due: one probe for each that has any.
CREATE POLICY posting ON auth.mails FOR SELECT TO parley_owner
  USING (current_setting('app.posting', true) = 'on');
CREATE FUNCTION auth.organisations_with_mail(p_now timestamptz) RETURNS SETOF integer
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
    )
    SELECT h.org_id FROM holding h
      WHERE EXISTS (SELECT FROM auth.mails m WHERE m.org_id = h.org_id AND m.due_at <= p_now);
  PERFORM set_config('app.posting', '', true);
END $$;
REVOKE ALL ON FUNCTION auth.organisations_with_mail(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.organisations_with_mail(timestamptz) TO svc_auth;

-- Channels that a new account comes into: those of all new ones, except for guests, and those that it was invited to, which
-- the caller has decided on. In the transaction that makes the account, after its rows and just before its events, because
-- it takes the head; the caller appends under rights that it read before. Answers with who follows each list of
-- subscribers. As streams.v1_join_defaults, which older processes call.
CREATE FUNCTION streams.v1_join_channels(p_org integer, p_user integer, p_at timestamptz, p_defaults boolean,
  p_channels integer[]) RETURNS TABLE (
  channel_id integer, creator_id integer, invite_only boolean, guests boolean, overseers integer[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_channels integer[];
  v_channel integer;
  v_lists jsonb;
BEGIN
  WITH joined AS (
    INSERT INTO streams.subscriptions AS s (org_id, channel_id, user_id, color, changed_at)
    SELECT p_org, c.channel_id, p_user, streams.default_color(c.channel_id), p_at FROM streams.channels c
    WHERE c.org_id = p_org AND NOT c.archived AND (c.channel_id = ANY (p_channels)
      OR (p_defaults AND c.is_default AND NOT c.invite_only AND EXISTS (SELECT FROM auth.v1_actors a
        WHERE a.org_id = p_org AND a.user_id = p_user AND a.is_active AND a.role < 600)))
    ORDER BY c.name_key COLLATE "C"
    ON CONFLICT DO NOTHING
    RETURNING s.channel_id)
  SELECT array_agg(j.channel_id ORDER BY j.channel_id) INTO v_channels FROM joined j;
  IF v_channels IS NULL THEN RETURN; END IF;
  -- Asked before everybody waits.
  SELECT jsonb_agg(to_jsonb(l)) INTO v_lists FROM streams.v1_lists_with(p_org, p_user) l;
  FOREACH v_channel IN ARRAY v_channels LOOP
    PERFORM messaging.v1_subscribed(p_org, v_channel, ARRAY[p_user]);
  END LOOP;
  RETURN QUERY
  SELECT c.channel_id, c.creator_id, l.invite_only, l.guests, l.overseers
  FROM jsonb_to_recordset(v_lists) AS l (channel_id integer, invite_only boolean, guests boolean, overseers integer[])
  JOIN streams.channels c ON c.org_id = p_org AND c.channel_id = l.channel_id ORDER BY c.channel_id;
END $$;
REVOKE ALL ON FUNCTION streams.v1_join_channels(integer, integer, timestamptz, boolean, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams.v1_join_channels(integer, integer, timestamptz, boolean, integer[]) TO svc_auth;

-- The default channels of new accounts that are public and in use.
CREATE FUNCTION streams.v1_default_channels(p_org integer) RETURNS SETOF integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY SELECT c.channel_id FROM streams.channels c
    WHERE c.org_id = p_org AND c.is_default AND NOT c.archived AND NOT c.invite_only ORDER BY 1;
END $$;
REVOKE ALL ON FUNCTION streams.v1_default_channels(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams.v1_default_channels(integer) TO svc_auth;

-- The guests who come to see a new account because it comes into these channels; nobody where guests see everybody. Asked
-- before it is in them.
CREATE FUNCTION messaging.v1_newcomer_meets(p_org integer, p_user integer, p_channels integer[]) RETURNS SETOF integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY SELECT messaging.v1_sight_moved(p_org, p_channels, ARRAY[p_user])
    FROM auth.v1_permissions q
    WHERE q.org_id = p_org AND coalesce((q.permissions ->> 'can_access_all_users_group')::integer, 2) <> 2;
END $$;
REVOKE ALL ON FUNCTION messaging.v1_newcomer_meets(integer, integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messaging.v1_newcomer_meets(integer, integer, integer[]) TO svc_auth;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY['invites.changed', 'invitation.changed']) AS type
ON CONFLICT DO NOTHING;
