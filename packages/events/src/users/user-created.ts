import { role } from '@parley/access'
import { unknownPerson } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'
import { seesEmail } from './email-visibility.ts'

/** A new account, as everybody in the organisation learns of it. */
export const userCreated = event({
  type: 'user.created',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  body: z.object({
    user_id: z.int(),
    email: z.string(),
    delivery_email: z.string(),
    email_address_visibility: z.int(),
    full_name: z.string(),
    role: z.int(),
    is_bot: z.boolean(),
    bot_type: z.int().nullable(),
    bot_owner_id: z.int().nullable(),
    timezone: z.string(),
    date_joined: z.string(),
    avatar_url: z.string(),
    avatar_version: z.int(),
    generation: z.int(),
  }),
  wire: ['realm_user'],
  variant: (viewer) => `${viewer.role} ${Number(viewer.capabilities.user_list_incomplete)}`,
  tellsOf: (body) => (body.is_bot ? null : body.user_id),
  ofUnseen: ({ user_id }, { capabilities }) =>
    capabilities.user_list_incomplete
      ? null
      : { type: 'realm_user', op: 'add', person: { ...unknownPerson(user_id), profile_data: {} } },
  shape: (body, viewer) => ({
    type: 'realm_user',
    op: 'add',
    person: {
      user_id: body.user_id,
      email: body.email,
      delivery_email: seesEmail(body.email_address_visibility, viewer.role, false)
        ? body.delivery_email
        : null,
      full_name: body.full_name,
      date_joined: body.date_joined,
      is_active: true,
      is_owner: body.role === role.owner,
      is_admin: body.role <= role.admin,
      is_guest: body.role === role.guest,
      is_bot: body.is_bot,
      ...(body.is_bot ? { bot_type: body.bot_type, bot_owner_id: body.bot_owner_id } : {}),
      role: body.role,
      timezone: body.timezone,
      avatar_url: body.avatar_url,
      avatar_version: body.avatar_version,
      profile_data: {},
    },
  }),
})
