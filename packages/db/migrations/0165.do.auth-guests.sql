-- Who tells a channel that somebody came asks whether a guest follows its list; most organisations have few.
CREATE INDEX users_guests ON auth.users (org_id, user_id) WHERE role >= 600 AND is_active;
