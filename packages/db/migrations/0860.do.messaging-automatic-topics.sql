-- What the sender wants to become of topics by itself, and whether anybody follows topics where they are mentioned: sends are told.
CREATE OR REPLACE FUNCTION messaging.send_facts(p_org integer, p_asks jsonb,
    OUT i integer, OUT rights bigint, OUT facts jsonb, OUT hash text) RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off
  SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('app.org', p_org::text, true);
  RETURN QUERY
  SELECT found.i, found.rights, found.facts, md5(found.facts::text)
  FROM (
    SELECT a.i, h.rights, jsonb_build_object(
      'realm', o.subdomain,
      'linkifiers', coalesce(l.version, 0),
      'longest', jsonb_build_object('content', coalesce(t.settings -> 'max_message_length', '10000'),
        'topic', coalesce(t.settings -> 'max_topic_length', '60')),
      'actor', jsonb_build_object(
        'id', s.user_id, 'role', s.role, 'active', s.is_active, 'bot', s.is_bot, 'owner', s.bot_owner_id,
        'generation', g.generation, 'email', s.email, 'name', s.full_name, 'avatar', s.avatar_url,
        'gravatar', s.email_address_visibility = 1,
        'groups', coalesce(to_jsonb(m.group_ids), '[]'),
        'ownerGroups', coalesce(to_jsonb(w.group_ids), '[]'),
        'permissions', coalesce(q.permissions, '{}'),
        'until', CASE WHEN g.full_from > now() THEN ceil(extract(epoch FROM g.full_from) * 1000)::bigint END,
        'automatic', CASE WHEN z.user_id IS NOT NULL AND NOT s.is_bot
          THEN jsonb_build_object('follow', z.follow, 'unmute', z.unmute) END),
      'followsMentions', EXISTS (SELECT FROM auth.v1_follows_mentions e WHERE e.org_id = p_org LIMIT 1),
      'channel', c.facts,
      'people', p.facts,
      'begun', CASE WHEN p.facts IS NULL OR coalesce((q.permissions ->> 'direct_message_initiator_group')::integer, 2) = 2
        THEN false
        ELSE EXISTS (SELECT FROM messaging.recipients r
          JOIN messaging.messages m ON m.org_id = p_org AND m.recipient_id = r.recipient_id
          WHERE r.org_id = p_org AND r.people_key = p.key) END) AS facts
    FROM jsonb_to_recordset(p_asks)
      AS a (i integer, "user" integer, channel integer, name text, users integer[], emails text[])
    JOIN events.head h ON h.org_id = p_org
    JOIN auth.v1_organisation o ON o.org_id = p_org
    LEFT JOIN auth.v1_permissions q ON q.org_id = p_org
    LEFT JOIN auth.v1_linkifiers l ON l.org_id = p_org
    LEFT JOIN auth.v1_settings t ON t.org_id = p_org
    LEFT JOIN auth.v1_people s ON s.org_id = p_org AND s.user_id = a."user"
    LEFT JOIN auth.v1_actors g ON g.org_id = p_org AND g.user_id = a."user"
    LEFT JOIN auth.v1_automatic_topics z ON z.org_id = p_org AND z.user_id = a."user"
    LEFT JOIN LATERAL auth.v1_groups_of(p_org, ARRAY[a."user"]) m ON true
    LEFT JOIN LATERAL auth.v1_groups_of(p_org, ARRAY[s.bot_owner_id]) w ON s.is_bot AND s.bot_owner_id IS NOT NULL
    LEFT JOIN LATERAL (
      SELECT jsonb_build_object(
        'id', c.channel_id, 'recipient', c.recipient_id, 'name', c.name, 'private', c.invite_only,
        'shared', c.history_public_to_subscribers, 'web', c.is_web_public, 'archived', c.archived,
        'topics', messaging.topics_policy(p_org, c.topics_policy),
        'groups', jsonb_build_object('can_add_subscribers_group', c.can_add_subscribers_group,
          'can_administer_channel_group', c.can_administer_channel_group,
          'can_create_topic_group', c.can_create_topic_group,
          'can_remove_subscribers_group', c.can_remove_subscribers_group,
          'can_send_message_group', c.can_send_message_group, 'can_subscribe_group', c.can_subscribe_group),
        'subscribed', EXISTS (SELECT FROM streams.v1_subscriptions b
          WHERE b.org_id = p_org AND b.channel_id = c.channel_id AND b.user_id = a."user"),
        'ownerSubscribed', s.bot_owner_id IS NOT NULL AND EXISTS (SELECT FROM streams.v1_subscriptions b
          WHERE b.org_id = p_org AND b.channel_id = c.channel_id AND b.user_id = s.bot_owner_id),
        -- More than 15: then mentioning all of them is not for everybody.
        'many', 15 < (SELECT count(*) FROM (SELECT FROM streams.v1_subscriptions b
          WHERE b.org_id = p_org AND b.channel_id = c.channel_id LIMIT 16) AS few)) AS facts
      FROM (
        SELECT * FROM streams.v1_channels v WHERE v.org_id = p_org AND v.channel_id = a.channel
        UNION ALL
        SELECT * FROM streams.v1_channels v WHERE v.org_id = p_org AND v.name_key = a.name
      ) AS c
    ) c ON true
    LEFT JOIN LATERAL (
      WITH wanted (user_id) AS MATERIALIZED (
        SELECT u FROM unnest(a.users || a."user") AS u WHERE a.users IS NOT NULL
        UNION
        SELECT a."user" WHERE a.emails IS NOT NULL
        UNION
        SELECT e.user_id FROM unnest(a.emails) AS asked (email)
          JOIN auth.v1_people e ON e.org_id = p_org AND e.email_key = asked.email AND lower(e.email) = asked.email
        UNION
        -- Who hides the real address is reached by the one that is shown.
        SELECT e.user_id FROM unnest(a.emails) AS asked (email)
          JOIN auth.v1_people e ON e.org_id = p_org AND lower(e.email) = asked.email
            AND e.user_id = substring(asked.email FROM '^user([0-9]{1,9})@')::integer
      ), permitting (users, met) AS MATERIALIZED (
        -- Nobody in particular where everybody does; else the groups of all of them are read at once.
        SELECT CASE WHEN coalesce((q.permissions ->> 'direct_message_permission_group')::integer, 2) <> 2
          THEN ARRAY(SELECT d.user_id FROM auth.v1_groups_of(p_org, ARRAY(SELECT w.user_id FROM wanted w)) d
            WHERE (q.permissions ->> 'direct_message_permission_group')::integer = ANY (d.group_ids)) END,
          -- Nobody in particular where the sender sees everybody.
          CASE WHEN s.role >= 600 AND coalesce((q.permissions ->> 'can_access_all_users_group')::integer, 2) <> 2
            THEN ARRAY(SELECT messaging.v1_met(p_org, a."user")) END
      )
      SELECT jsonb_agg(jsonb_build_object('id', p.user_id, 'email', p.email, 'name', p.full_name,
        'active', p.is_active, 'bot', p.is_bot, 'guest', p.role >= 600,
        'met', permitting.met IS NULL OR p.user_id = ANY (permitting.met),
        'permits', permitting.users IS NULL OR p.user_id = ANY (permitting.users))
        ORDER BY p.user_id) AS facts, messaging.people_key(array_agg(p.user_id ORDER BY p.user_id)) AS key
      FROM permitting CROSS JOIN wanted
      JOIN auth.v1_people p ON p.org_id = p_org AND p.user_id = wanted.user_id
    ) p ON true
  ) AS found;
END $$;
