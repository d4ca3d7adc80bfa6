-- How many of a channel's subscribers are in use, kept beside what is counted: lists of thousands of channels show it,
-- and counting hundreds of thousands of rows for each of them takes longer than all the rest. No row is none.
CREATE TABLE streams.subscriber_counts (
  org_id      integer NOT NULL,
  channel_id  integer NOT NULL,
  subscribers integer NOT NULL,
  PRIMARY KEY (org_id, channel_id)
);
ALTER TABLE streams.subscriber_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams.subscriber_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY organisation ON streams.subscriber_counts
  USING (org_id = (SELECT nullif(current_setting('app.org', true), '')::integer));
GRANT SELECT ON streams.subscriber_counts TO svc_streams;

-- Whoever changes subscriptions or accounts holds the organisation's head, so no two of these wait for each other.
CREATE FUNCTION streams.count_subscribed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO streams.subscriber_counts AS c (org_id, channel_id, subscribers)
    SELECT s.org_id, s.channel_id, count(*)
    FROM subscribed s JOIN auth.v1_actors a USING (org_id, user_id)
    WHERE s.active AND a.is_active GROUP BY s.org_id, s.channel_id ORDER BY s.channel_id
    ON CONFLICT (org_id, channel_id) DO UPDATE SET subscribers = c.subscribers + EXCLUDED.subscribers;
  RETURN NULL;
END $$;
CREATE TRIGGER count_subscribed AFTER INSERT ON streams.subscriptions
  REFERENCING NEW TABLE AS subscribed FOR EACH STATEMENT EXECUTE FUNCTION streams.count_subscribed();

CREATE FUNCTION streams.count_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO streams.subscriber_counts AS c (org_id, channel_id, subscribers)
    SELECT n.org_id, n.channel_id, sum(CASE WHEN n.active THEN 1 ELSE -1 END)
    FROM before o JOIN after n USING (org_id, channel_id, user_id) JOIN auth.v1_actors a USING (org_id, user_id)
    WHERE o.active <> n.active AND a.is_active GROUP BY n.org_id, n.channel_id ORDER BY n.channel_id
    ON CONFLICT (org_id, channel_id) DO UPDATE SET subscribers = c.subscribers + EXCLUDED.subscribers;
  RETURN NULL;
END $$;
CREATE TRIGGER count_changed AFTER UPDATE ON streams.subscriptions
  REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION streams.count_changed();

CREATE FUNCTION streams.count_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO streams.subscriber_counts AS c (org_id, channel_id, subscribers)
    SELECT s.org_id, s.channel_id, CASE WHEN NEW.is_active THEN 1 ELSE -1 END
    FROM streams.subscriptions s
    WHERE s.org_id = NEW.org_id AND s.user_id = NEW.user_id AND s.active ORDER BY s.channel_id
    ON CONFLICT (org_id, channel_id) DO UPDATE SET subscribers = c.subscribers + EXCLUDED.subscribers;
  RETURN NULL;
END $$;
CREATE TRIGGER count_person AFTER UPDATE OF is_active ON auth.users
  FOR EACH ROW WHEN (OLD.is_active <> NEW.is_active) EXECUTE FUNCTION streams.count_person();

REVOKE ALL ON FUNCTION streams.count_subscribed(), streams.count_changed(), streams.count_person() FROM PUBLIC;

-- What is there already; the triggers hold off writers until this is committed. Policies show one organisation at a time.
DO $$
DECLARE v_org integer;
BEGIN
  FOR v_org IN SELECT org_id FROM auth.organisations ORDER BY org_id LOOP
    PERFORM set_config('app.org', v_org::text, true);
    INSERT INTO streams.subscriber_counts (org_id, channel_id, subscribers)
      SELECT s.org_id, s.channel_id, count(*)
      FROM streams.subscriptions s JOIN auth.users u USING (org_id, user_id)
      WHERE s.org_id = v_org AND s.active AND u.is_active GROUP BY s.org_id, s.channel_id;
  END LOOP;
  PERFORM set_config('app.org', '', true);
END $$;
