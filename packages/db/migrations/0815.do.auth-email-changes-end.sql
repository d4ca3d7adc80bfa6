-- What stands behind a request for another address: the account's credentials as they were. Once any of them was taken back
-- since, it confirms nothing. Null: asked for by a process of before; it is to be asked for again.
ALTER TABLE auth.email_changes ADD COLUMN generation integer;

-- Those that are long over are deleted, with what confirmed them.
CREATE INDEX email_changes_over ON auth.email_changes (org_id, expires_at);
GRANT DELETE ON auth.email_changes, auth.email_change_secrets TO svc_auth;

-- Mails to addresses that somebody wants are counted beside those that invite (`inviter_id`: who asked).
ALTER TABLE auth.mailings DROP CONSTRAINT mailings_kind_check;
ALTER TABLE auth.mailings ADD CONSTRAINT mailings_kind_check CHECK (kind IN ('mail', 'asked', 'address'));
