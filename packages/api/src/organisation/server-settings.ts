import { z } from 'zod'
import { apiByIp } from '../limits.ts'
import { operation } from '../operation.ts'

const method = z.boolean()

/** What a client asks before anybody signs in: what this server is, and how one signs in to this organisation. */
export const serverSettings = operation({
  id: 'get-server-settings',
  method: 'GET',
  path: '/api/v1/server_settings',
  service: 'auth',
  access: 'public',
  limits: apiByIp,
  callers: ['gateway'],
  transaction: 'read',
  params: {},
  response: z.object({
    authentication_methods: z.object({
      password: method,
      dev: method,
      email: method,
      ldap: method,
      remoteuser: method,
      github: method,
      azuread: method,
      gitlab: method,
      apple: method,
      google: method,
      saml: method,
      'openid connect': method,
    }),
    external_authentication_methods: z.array(
      z.object({
        name: z.string(),
        display_name: z.string(),
        display_icon: z.string().nullable(),
        login_url: z.string(),
        signup_url: z.string(),
      }),
    ),
    zulip_version: z.string(),
    zulip_merge_base: z.string(),
    zulip_feature_level: z.int(),
    push_notifications_enabled: z.boolean(),
    is_incompatible: z.boolean(),
    email_auth_enabled: z.boolean(),
    require_email_format_usernames: z.boolean(),
    realm_url: z.string(),
    realm_uri: z.string(),
    realm_name: z.string(),
    realm_icon: z.string(),
    realm_description: z.string(),
    realm_web_public_access_enabled: z.boolean(),
  }),
})
