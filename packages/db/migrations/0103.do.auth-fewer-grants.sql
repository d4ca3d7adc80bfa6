-- The gateway asks auth over the link; names and e-mail addresses are nothing it reads by itself.
REVOKE SELECT ON auth.v1_people, auth.v1_organisation FROM svc_gateway;
REVOKE EXECUTE ON FUNCTION auth.v1_org_by_subdomain(text) FROM svc_gateway;

-- Unless it is named, a caller's own temporary schema comes first.
ALTER FUNCTION auth.v1_org_by_subdomain(text) SET search_path = pg_catalog, pg_temp;
