-- From where an account sees its organisation: raised when its role changes or it comes back, so that queues which
-- began before begin anew.
ALTER TABLE auth.users ADD COLUMN vantage integer NOT NULL DEFAULT 1;
GRANT UPDATE (role, full_name, vantage) ON auth.users TO svc_auth;

CREATE OR REPLACE VIEW auth.v1_actors AS
  SELECT org_id, user_id, role, is_active, is_bot, bot_owner_id, date_joined, generation, vantage
  FROM auth.users;

-- Whoever ends an account or takes a role away asks whether another owner is left.
CREATE INDEX users_owners ON auth.users (org_id, user_id) WHERE role = 100 AND is_active AND NOT is_bot;

INSERT INTO events.emitters (role, type)
SELECT 'svc_auth', type FROM unnest(ARRAY[
  'group.members-removed',
  'peer.added',
  'peer.added-within',
  'user.reactivated',
  'user.renamed',
  'user.role-changed'
]) AS type
ON CONFLICT DO NOTHING;
