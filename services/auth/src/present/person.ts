import { type Actor, role } from '@parley/access'
import { avatarUrl, type OwnPerson, type Person, type ProfileData, unknownPerson } from '@parley/api'
import { type Sight, sees } from '@parley/db'
import { seesEmail } from '@parley/events'
import type { SystemBotRow } from '../repo/system-bot.ts'
import type { AccountRow } from '../repo/users.ts'

/** A user as this viewer sees them. @param profile null where nobody asked for it */
export function person(row: AccountRow, viewer: Actor, profile: ProfileData | null): Person {
  const own = row.userId === viewer.userId
  return {
    ...shared(row),
    delivery_email: seesEmail(row.emailAddressVisibility, viewer.role, own) ? row.deliveryEmail : null,
    bot_type: row.botType,
    bot_owner_id: row.botOwnerId,
    ...(profile && !row.isBot ? { profile_data: profile } : {}),
  }
}

/** The same where the viewer may not see everybody: who is not seen is a placeholder. */
export const personIn = (sight: Sight, row: AccountRow, viewer: Actor, profile: ProfileData | null): Person =>
  sees(sight, row.userId)
    ? person(row, viewer, profile)
    : { ...unknownPerson(row.userId), is_imported_stub: false, ...(profile ? { profile_data: {} } : {}) }

/** A user in `register`'s lists of active and of deactivated people: which of them says who is active. */
export function listedPerson(
  row: AccountRow,
  viewer: Actor,
  profile: ProfileData,
): Omit<Person, 'is_active'> {
  const { is_active: _, ...rest } = person(row, viewer, profile)
  return rest
}

/** Somebody whom the viewer does not see, in the list of active people. */
export function unknownListed(user: number): Omit<Person, 'is_active'> {
  const { is_active: _, ...rest } = unknownPerson(user)
  return { ...rest, is_imported_stub: false, profile_data: {} }
}

/** The bot that speaks for the server, as everybody sees it (Zulip API: `cross_realm_bots` of register-queue). */
export const systemBot = (row: SystemBotRow): Person & { readonly is_system_bot: true } => ({
  user_id: row.user_id,
  email: row.email,
  delivery_email: row.email,
  full_name: row.full_name,
  date_joined: wireTime(row.date_joined),
  is_active: true,
  is_owner: false,
  is_admin: false,
  is_guest: false,
  is_bot: true,
  is_system_bot: true,
  bot_type: 1,
  bot_owner_id: null,
  role: role.member,
  timezone: '',
  avatar_url: avatarUrl(row.user_id, 1),
  avatar_version: 1,
  is_imported_stub: false,
})

/** One's own account. */
export const ownPerson = (row: AccountRow, profile: ProfileData): OwnPerson => ({
  ...shared(row),
  delivery_email: row.deliveryEmail,
  profile_data: profile,
})

function shared(row: AccountRow): Omit<OwnPerson, 'delivery_email' | 'profile_data'> {
  return {
    user_id: row.userId,
    email: row.email,
    full_name: row.fullName,
    date_joined: wireTime(row.dateJoined),
    is_active: row.isActive,
    is_owner: row.role === role.owner,
    is_admin: row.role <= role.admin,
    is_guest: row.role === role.guest,
    is_bot: row.isBot,
    role: row.role,
    timezone: row.timezone,
    avatar_url: avatarUrl(row.userId, row.avatarVersion),
    avatar_version: row.avatarVersion,
    is_imported_stub: false,
  }
}

/** Times in user objects: ISO 8601 with an offset, as Zulip writes them. */
export const wireTime = (at: Date): string => at.toISOString().replace('Z', '+00:00')
