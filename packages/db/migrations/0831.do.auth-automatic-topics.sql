-- What people want to become of topics by themselves: 1 whenever they take part, 2 when they send to one, 3 when they begin
-- one, 4 never. Nobody is here who wants nothing of it.
CREATE VIEW auth.v1_automatic_topics AS
  SELECT org_id, user_id,
    coalesce((settings ->> 'automatically_follow_topics_policy')::integer, 4) AS follow,
    coalesce((settings ->> 'automatically_unmute_topics_in_muted_streams_policy')::integer, 4) AS unmute
  FROM auth.user_settings
  WHERE coalesce((settings ->> 'automatically_follow_topics_policy')::integer, 4) < 4
    OR coalesce((settings ->> 'automatically_unmute_topics_in_muted_streams_policy')::integer, 4) < 4;

-- Who follows topics where they are mentioned. Few do, and sends ask whether anybody does.
CREATE INDEX user_settings_follow_mentions ON auth.user_settings (org_id, user_id)
  WHERE settings -> 'automatically_follow_topics_where_mentioned' = 'true';
CREATE VIEW auth.v1_follows_mentions AS
  SELECT org_id, user_id FROM auth.user_settings
  WHERE settings -> 'automatically_follow_topics_where_mentioned' = 'true';
GRANT SELECT ON auth.v1_automatic_topics, auth.v1_follows_mentions TO svc_messaging;

INSERT INTO events.emitters (role, type) VALUES ('svc_auth', 'account.automatic-topics-changed') ON CONFLICT DO NOTHING;
