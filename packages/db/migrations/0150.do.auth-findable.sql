-- People are looked up by name where a text mentions them, and by the address that others see. Under row-level security
-- an index answers only for columns compared as they are.
ALTER TABLE auth.users
  ADD COLUMN name_key  text NOT NULL GENERATED ALWAYS AS (lower(full_name)) STORED,
  ADD COLUMN shown_key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED;
CREATE INDEX users_by_name ON auth.users (org_id, name_key);
CREATE INDEX users_by_shown_address ON auth.users (org_id, shown_key);

CREATE OR REPLACE VIEW auth.v1_people AS
  SELECT org_id, user_id, email, delivery_email, email_address_visibility, full_name, role, is_active,
         is_bot, bot_type, bot_owner_id, date_joined, timezone, avatar_version,
         '/avatar/' || user_id || '?version=' || avatar_version AS avatar_url,
         email_key, name_key, shown_key
  FROM auth.users;
