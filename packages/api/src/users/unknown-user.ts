import { role } from '@parley/access'
import type { Person } from './person.ts'

/** Somebody whom a guest does not see, as messages and reactions name them (Zulip API: can_access_all_users_group). */
export const unknownName = 'Unknown user'
export const unknownEmail = (user: number): string => `user${user}@unknown.invalid`
export const unknownAvatar = '/static/images/unknown-user-avatar.png'
/** Where it is among the images of each organisation. */
export const unknownPicture = 'unknown-user.png'

/** The same as the sender of a message. */
export const unknownSender = (user: number) => ({
  sender_email: unknownEmail(user),
  sender_full_name: unknownName,
  avatar_url: unknownAvatar,
})

/** The same in lists of people: nothing of it is of the account but its id. */
export const unknownPerson = (user: number): Omit<Person, 'is_imported_stub' | 'profile_data'> => ({
  user_id: user,
  email: unknownEmail(user),
  delivery_email: null,
  full_name: unknownName,
  date_joined: '1970-01-01T00:00:00.000+00:00',
  is_active: true,
  is_owner: false,
  is_admin: false,
  is_guest: false,
  is_bot: false,
  bot_type: null,
  bot_owner_id: null,
  role: role.member,
  timezone: '',
  avatar_url: unknownAvatar,
  avatar_version: 1,
})
