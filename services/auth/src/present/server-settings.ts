import type { Output, serverSettings, RequestFacts } from '@parley/api'
import { featureLevel, zulipMergeBase, zulipVersion } from '@parley/api'
import type { Organisation } from '../repo/organisations.ts'

const methods = {
  password: true,
  dev: false,
  email: true,
  ldap: false,
  remoteuser: false,
  github: false,
  azuread: false,
  gitlab: false,
  apple: false,
  google: false,
  saml: false,
  'openid connect': false,
}

/**
 * The server and one organisation as clients see them before anybody signs in.
 * @param webPublic does the server let there be web-public channels?
 */
export const settingsOf = (
  organisation: Organisation,
  request: Pick<RequestFacts, 'url' | 'client'>,
  icon: string,
  webPublic: boolean,
): Output<typeof serverSettings> => ({
  authentication_methods: methods,
  external_authentication_methods: [],
  zulip_version: zulipVersion,
  zulip_merge_base: zulipMergeBase,
  zulip_feature_level: featureLevel,
  push_notifications_enabled: false,
  // The name by which Zulip's tests ask for a refusal.
  is_incompatible: request.client === 'ZulipInvalid',
  email_auth_enabled: true,
  require_email_format_usernames: true,
  realm_url: request.url,
  realm_uri: request.url,
  realm_name: organisation.name,
  realm_icon: icon,
  realm_description: paragraph(organisation.description),
  realm_web_public_access_enabled: webPublic && organisation.values['enable_spectator_access'] === true,
})

const paragraph = (text: string): string => (text === '' ? '' : `<p>${escaped(text)}</p>`)

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
