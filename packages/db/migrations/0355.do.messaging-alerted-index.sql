-- In a migration of its own: it reads the whole table, and nobody is kept from reading it meanwhile.
CREATE INDEX user_flags_alerted ON messaging.user_flags (org_id, user_id, message_id) WHERE alerted;
