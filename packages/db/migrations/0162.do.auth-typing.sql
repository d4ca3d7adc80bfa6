-- Who does not tell others that they are typing, or does not want to be told; the others have no row, or nothing but true.
CREATE VIEW auth.v1_typing AS
  SELECT org_id, user_id,
         NOT settings @> '{"send_private_typing_notifications": false}' AS sends_direct,
         NOT settings @> '{"send_stream_typing_notifications": false}' AS sends_in_channels,
         NOT settings @> '{"receives_typing_notifications": false}' AS receives
  FROM auth.user_settings;
GRANT SELECT ON auth.v1_typing TO svc_messaging;
