-- Who does not let others see what they have read. Nothing else of anybody's settings is shown.
CREATE VIEW auth.v1_without_receipts AS
  SELECT org_id, user_id FROM auth.user_settings WHERE settings -> 'send_read_receipts' = 'false';
GRANT SELECT ON auth.v1_without_receipts TO svc_messaging;
