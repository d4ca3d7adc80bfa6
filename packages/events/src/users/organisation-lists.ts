import { Linkifier, Playground, ProfileField } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

const Changed = z.object({
  list: z.enum(['profile_fields', 'playgrounds', 'linkifiers', 'domains']),
  op: z.enum(['add', 'update', 'remove', 'reorder']),
  /** Of what was changed; null for the order of all. */
  id: z.int().nullable(),
  by: z.int(),
})
export type OrganisationListChanged = z.infer<typeof Changed>

/** The audited side of a change of one of the organisation's lists: who changed which entry, without its texts. */
export const organisationListChanged = event({
  type: 'organisation.list-changed',
  emitter: 'auth',
  audience: 'nobody',
  audited: true,
  body: Changed,
})

/** The fields of everybody's profile, whole. What was in one that is gone is gone with it. */
export const profileFieldsSet = event({
  type: 'profile-fields.set',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ fields: z.array(ProfileField) }),
  wire: ['custom_profile_fields'],
  shape: (body) => ({ type: 'custom_profile_fields', ...body }),
})

/** Where code can be tried, whole. */
export const playgroundsSet = event({
  type: 'playgrounds.set',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({ realm_playgrounds: z.array(Playground) }),
  wire: ['realm_playgrounds'],
  shape: (body) => ({ type: 'realm_playgrounds', ...body }),
})

/** What becomes a link in texts, whole: messages are rendered by it. Clients that know no URL templates are told of none. */
export const linkifiersSet = event({
  type: 'linkifiers.set',
  emitter: 'auth',
  audience: 'organisation',
  changesRights: true,
  body: z.object({ realm_linkifiers: z.array(Linkifier) }),
  wire: ['realm_linkifiers'],
  variant: ({ capabilities }) => String(Number(capabilities.linkifier_url_template)),
  shape: ({ realm_linkifiers }, { capabilities }) => ({
    type: 'realm_linkifiers',
    realm_linkifiers: capabilities.linkifier_url_template ? realm_linkifiers : [],
  }),
})

/** Somebody's profile has something else in one field; nothing where `value` is null. */
export const profileChanged = event({
  type: 'profile.changed',
  emitter: 'auth',
  audience: 'organisation',
  body: z.object({
    user_id: z.int(),
    field: z.object({ id: z.int(), value: z.string().nullable(), rendered_value: z.string().nullable() }),
  }),
  wire: ['realm_user'],
  tellsOf: (body) => body.user_id,
  shape: ({ user_id, field: { rendered_value, ...field } }) => ({
    type: 'realm_user',
    op: 'update',
    person: {
      user_id,
      custom_profile_field: { ...field, ...(rendered_value === null ? {} : { rendered_value }) },
    },
  }),
})
