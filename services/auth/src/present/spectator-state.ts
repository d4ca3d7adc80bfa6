import { organisationSettings, type SettingValue, type SpectatorRequest } from '@parley/api'
import type { Organisation } from '../repo/organisations.ts'
import { realmState } from './organisation.ts'

type Asked = Pick<SpectatorRequest, 'types' | 'url'>

/** Settings that are told to everybody; of every other one it is told what it is at first. */
const told = new Set([
  'name',
  'description',
  'org_type',
  'default_language',
  'want_advertise_in_communities_directory',
  'enable_spectator_access',
  'topics_policy',
  'default_code_block_language',
  'inline_image_preview',
  'inline_url_embed_preview',
  'invite_required',
  'enable_guest_user_indicator',
])

/** The organisation as it is told to everybody. */
function realm(organisation: Organisation, icon: string, url: string): Record<string, unknown> {
  const values: Record<string, SettingValue> = {}
  for (const [name, { initial }] of Object.entries(organisationSettings))
    values[name] = told.has(name) ? (organisation.values[name] ?? null) : initial
  return {
    // Groups by id alone: whom a permission names in place is for who has an account.
    ...realmState({ ...organisation, values }, organisation.groups, url, true),
    realm_icon_url: icon,
  }
}

/** Nobody's account: of the weakest role, and of an id that no account has. */
const self = {
  user_id: 0,
  email: '',
  delivery_email: '',
  full_name: 'Anonymous User',
  avatar_source: 'G',
  avatar_url: null,
  avatar_url_medium: null,
  is_owner: false,
  is_admin: false,
  is_moderator: false,
  is_guest: true,
  can_invite_others_to_realm: false,
}

/** The part of `register`'s answer about people and the organisation, for who has no account: nobody is listed. */
export function spectatorState(
  organisation: Organisation,
  icon: string,
  { types, url }: Asked,
): Record<string, unknown> {
  const wants = (type: string): boolean => types?.includes(type) ?? true
  const lists = { realm_users: [], realm_non_active_users: [], cross_realm_bots: [] }
  return {
    ...(wants('realm') ? realm(organisation, icon, url) : {}),
    ...(wants('realm_user') ? { ...lists, ...self } : {}),
    ...(wants('realm_user_groups') ? { realm_user_groups: [] } : {}),
  }
}
