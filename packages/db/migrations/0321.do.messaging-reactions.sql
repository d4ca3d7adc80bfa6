-- Emoji that readers put on messages. The first name of an emoji on a message stays, whatever later ones call it.
CREATE TABLE messaging.reactions (
  org_id        integer NOT NULL,
  message_id    bigint NOT NULL,
  user_id       integer NOT NULL,
  reaction_type text NOT NULL CHECK (reaction_type IN ('unicode_emoji', 'realm_emoji', 'zulip_extra_emoji')),
  emoji_code    text NOT NULL,
  emoji_name    text NOT NULL,
  -- The order in which they came.
  place         bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (org_id, message_id, user_id, reaction_type, emoji_code)
);
ALTER TABLE messaging.reactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE messaging.reactions FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON messaging.reactions
  USING (org_id = nullif(current_setting('app.org', true), '')::integer);
GRANT SELECT, INSERT, DELETE ON messaging.reactions TO svc_messaging;

INSERT INTO events.emitters (role, type)
SELECT 'svc_messaging', type FROM unnest(ARRAY['reaction.changed', 'reaction.changed-within']) AS type
ON CONFLICT DO NOTHING;
