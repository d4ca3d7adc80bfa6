import { organisationSettings, type SpectatorRequest } from '@parley/api'
import type { Organisation } from '../repo/organisations.ts'
import { realmState } from './organisation.ts'

type Asked = Pick<SpectatorRequest, 'types' | 'url'>

/** Settings that name a channel, which a spectator may not know of. */
const namesChannel = (name: string): boolean => /_(?:stream|channel)_id$/.test(name)

/** The organisation as it is told to everybody, but for what names people or channels. */
function realm(organisation: Organisation, icon: string, url: string): Record<string, unknown> {
  const hidden = Object.keys(organisationSettings).filter(namesChannel)
  return {
    // Groups by id alone: whom a permission names in place is for who has an account.
    ...realmState(organisation, organisation.groups, url, true),
    ...Object.fromEntries(hidden.map((name) => [`realm_${name}`, -1])),
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
