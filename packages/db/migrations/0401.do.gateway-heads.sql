-- gateway.heads runs as the owner, who sees one organisation at a time; for the gateway it compares many.
CREATE POLICY gateway ON events.head FOR SELECT TO parley_owner USING (session_user = 'svc_gateway');
