-- Organisations, accounts and their credentials. Credentials are kept as hashes only.
GRANT USAGE ON SCHEMA auth TO svc_auth, svc_streams, svc_messaging, svc_gateway;

CREATE SEQUENCE auth.org_ids AS integer;
CREATE SEQUENCE auth.user_ids AS integer;
CREATE SEQUENCE auth.key_ids AS bigint;
CREATE SEQUENCE auth.session_ids AS bigint;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA auth TO svc_auth;

-- Found by host name before any organisation is known, therefore without row-level security; it holds nobody's data.
CREATE TABLE auth.organisations (
  org_id      integer PRIMARY KEY DEFAULT nextval('auth.org_ids'),
  subdomain   text NOT NULL UNIQUE CHECK (subdomain ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
  name        text NOT NULL,
  description text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  deactivated boolean NOT NULL DEFAULT false
);

CREATE TABLE auth.users (
  org_id                   integer NOT NULL REFERENCES auth.organisations,
  user_id                  integer NOT NULL DEFAULT nextval('auth.user_ids'),
  -- What others see as e-mail; the real one where the account shows it to everybody.
  email                    text NOT NULL,
  delivery_email           text NOT NULL,
  email_key                text NOT NULL GENERATED ALWAYS AS (lower(delivery_email COLLATE "C")) STORED,
  -- 1 everyone, 2 members, 3 administrators, 4 nobody, 5 moderators.
  email_address_visibility smallint NOT NULL DEFAULT 1 CHECK (email_address_visibility BETWEEN 1 AND 5),
  full_name                text NOT NULL,
  role                     smallint NOT NULL CHECK (role IN (100, 200, 300, 400, 600)),
  is_bot                   boolean NOT NULL DEFAULT false,
  bot_type                 smallint,
  bot_owner_id             integer,
  is_active                boolean NOT NULL DEFAULT true,
  date_joined              timestamptz NOT NULL,
  timezone                 text NOT NULL DEFAULT '',
  avatar_version           integer NOT NULL DEFAULT 1,
  -- May create accounts by API, where the role allows it too; the operator gives this.
  can_create_users         boolean NOT NULL DEFAULT false,
  -- Raised by every revocation: a token or a cached principal with a lower one opens nothing.
  generation               integer NOT NULL DEFAULT 1,
  PRIMARY KEY (org_id, user_id),
  UNIQUE (user_id),
  UNIQUE (org_id, email_key),
  FOREIGN KEY (org_id, bot_owner_id) REFERENCES auth.users
);

CREATE TABLE auth.passwords (
  org_id     integer NOT NULL,
  user_id    integer NOT NULL,
  hash       text NOT NULL CHECK (hash LIKE '$argon2id$%'),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, user_id),
  FOREIGN KEY (org_id, user_id) REFERENCES auth.users
);

CREATE TABLE auth.api_keys (
  org_id     integer NOT NULL,
  key_id     bigint NOT NULL DEFAULT nextval('auth.key_ids'),
  user_id    integer NOT NULL,
  sha256     bytea NOT NULL CHECK (length(sha256) = 32),
  created_at timestamptz NOT NULL,
  ended_at   timestamptz,
  PRIMARY KEY (org_id, key_id),
  UNIQUE (org_id, sha256),
  FOREIGN KEY (org_id, user_id) REFERENCES auth.users
);
CREATE INDEX api_keys_live ON auth.api_keys (org_id, user_id) WHERE ended_at IS NULL;

CREATE TABLE auth.sessions (
  org_id     integer NOT NULL,
  session_id bigint NOT NULL DEFAULT nextval('auth.session_ids'),
  user_id    integer NOT NULL,
  sha256     bytea NOT NULL CHECK (length(sha256) = 32),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at   timestamptz,
  PRIMARY KEY (org_id, session_id),
  UNIQUE (org_id, sha256),
  FOREIGN KEY (org_id, user_id) REFERENCES auth.users
);
CREATE INDEX sessions_live ON auth.sessions (org_id, user_id) WHERE ended_at IS NULL;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['users', 'passwords', 'api_keys', 'sessions'] LOOP
    EXECUTE format('ALTER TABLE auth.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE auth.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY organisation ON auth.%I USING (org_id = nullif(current_setting(''app.org'', true), '''')::integer)',
      name);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON auth.organisations TO svc_auth;
GRANT SELECT, INSERT ON auth.users, auth.passwords, auth.api_keys, auth.sessions TO svc_auth;
-- Nothing is deleted, and a credential never moves to another account.
GRANT UPDATE (is_active, generation) ON auth.users TO svc_auth;
GRANT UPDATE (hash, changed_at) ON auth.passwords TO svc_auth;
GRANT UPDATE (ended_at) ON auth.api_keys, auth.sessions TO svc_auth;
