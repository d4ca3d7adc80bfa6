import { z } from 'zod'

/** What people put into the fields of their profile, by the field's id. */
export const ProfileData = z.record(
  z.string(),
  z.object({ value: z.string(), rendered_value: z.string().optional() }),
)
export type ProfileData = z.infer<typeof ProfileData>

/** A user as other users see them (Zulip API: members of `GET /users`). */
export const Person = z.object({
  user_id: z.int(),
  /** The real e-mail; null where the viewer may not see it. */
  delivery_email: z.string().nullable(),
  email: z.string(),
  full_name: z.string(),
  date_joined: z.string(),
  is_active: z.boolean(),
  is_owner: z.boolean(),
  is_admin: z.boolean(),
  is_guest: z.boolean(),
  is_bot: z.boolean(),
  bot_type: z.int().nullable(),
  bot_owner_id: z.int().nullable(),
  role: z.int(),
  timezone: z.string(),
  avatar_url: z.string(),
  avatar_version: z.int(),
  profile_data: ProfileData.optional(),
  is_imported_stub: z.boolean(),
})
export type Person = z.infer<typeof Person>

/** One's own account (`GET /users/me`). */
export const OwnPerson = Person.omit({ bot_type: true, bot_owner_id: true, profile_data: true }).extend({
  delivery_email: z.string(),
  profile_data: ProfileData,
})
export type OwnPerson = z.infer<typeof OwnPerson>
