-- Groups in use that people made, for who names them in messages: the same for everybody.
CREATE VIEW auth.v1_named_groups AS
  SELECT org_id, group_id, name, name_key, can_mention_group
  FROM auth.user_groups
  WHERE name_key IS NOT NULL AND org_id = nullif(current_setting('app.org', true), '')::integer;

GRANT SELECT ON auth.v1_named_groups TO svc_messaging;
