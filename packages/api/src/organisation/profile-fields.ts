import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, int, json, optional, pathInt, text, withDefault } from '../param.ts'

/** Most fields of one organisation. */
export const maxProfileFields = 50

/** What a field of profiles holds (Zulip API: custom_profile_field_types). */
export const profileFieldTypes = {
  SHORT_TEXT: { id: 1, name: 'Text (short)' },
  LONG_TEXT: { id: 2, name: 'Text (long)' },
  DATE: { id: 4, name: 'Date' },
  SELECT: { id: 3, name: 'List of options' },
  URL: { id: 5, name: 'Link' },
  EXTERNAL_ACCOUNT: { id: 7, name: 'External account' },
  USER: { id: 6, name: 'Users' },
  PRONOUNS: { id: 8, name: 'Pronouns' },
} as const
const typeIds = Object.values(profileFieldTypes).map(({ id }) => id)

/** A field that every profile of the organisation has. */
export const ProfileField = z.object({
  id: z.int(),
  type: z.literal(typeIds),
  order: z.int(),
  name: z.string(),
  hint: z.string(),
  /** JSON: the options of a list, the address of an external account; empty for the others. */
  field_data: z.string(),
  display_in_profile_summary: z.boolean(),
  required: z.boolean(),
  editable_by_user: z.boolean(),
})
export type ProfileField = z.infer<typeof ProfileField>

const Text = z.string().refine((s) => !s.includes('\0') && s.isWellFormed())
/** What a field of its type needs to be told. */
export const FieldData = z.record(Text, z.union([Text, z.object({ text: Text, order: Text })]))
export type FieldData = z.infer<typeof FieldData>

/** A value as it is given: ids of people where the field holds them, else a text; null or empty takes it away. */
export const GivenValue = z.object({
  id: z.int(),
  value: z.union([z.string(), z.array(z.int()).max(100), z.null()]),
})
export type GivenValue = z.infer<typeof GivenValue>

const fields = {
  service: 'auth',
  access: 'organisation:change',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
} as const
const all = '/api/v1/realm/profile_fields'
const one = `${all}/{field_id}` as const
const settings = { hint: optional(text(80)), field_data: optional(json(FieldData)) }

/** The fields of everybody's profile, in their order. */
export const getProfileFields = operation({
  ...fields,
  id: 'get-custom-profile-fields',
  method: 'GET',
  path: all,
  access: 'organisation:read',
  transaction: 'read',
  params: {},
  response: z.object({ custom_fields: z.array(ProfileField) }),
})

/** Adds a field behind the others. */
export const createProfileField = operation({
  ...fields,
  id: 'create-custom-profile-field',
  method: 'POST',
  path: all,
  params: {
    ...settings,
    field_type: int(),
    name: withDefault(text(40), ''),
    display_in_profile_summary: withDefault(bool(), false),
    required: withDefault(bool(), false),
    editable_by_user: withDefault(bool(), true),
  },
  response: z.object({ id: z.int() }),
})

/** Puts the fields into another order; `order` names each of them. */
export const reorderProfileFields = operation({
  ...fields,
  id: 'reorder-custom-profile-fields',
  method: 'PATCH',
  path: all,
  idempotent: true,
  params: { order: json(z.array(z.int()).max(maxProfileFields)) },
  response: z.object({}),
})

/** Changes what is given of a field; its type stays. */
export const updateProfileField = operation({
  ...fields,
  id: 'update-custom-profile-field',
  method: 'PATCH',
  path: one,
  idempotent: true,
  params: {
    ...settings,
    field_id: pathInt(),
    name: optional(text(40)),
    display_in_profile_summary: optional(bool()),
    required: optional(bool()),
    editable_by_user: optional(bool()),
  },
  response: z.object({}),
})

/** Takes a field away, and what everybody has put into it. */
export const removeProfileField = operation({
  ...fields,
  id: 'remove-custom-profile-field',
  method: 'DELETE',
  path: one,
  params: { field_id: pathInt() },
  response: z.object({}),
})

const own = { ...fields, access: 'self:describe', path: '/api/v1/users/me/profile_data' } as const

/** Fills in fields of one's own profile. */
export const updateProfileData = operation({
  ...own,
  id: 'update-profile-data',
  method: 'PATCH',
  idempotent: true,
  params: { data: json(z.array(GivenValue).max(maxProfileFields)) },
  response: z.object({}),
})

/** Empties fields of one's own profile; `data` names them. */
export const removeProfileData = operation({
  ...own,
  id: 'remove-profile-data',
  method: 'DELETE',
  idempotent: true,
  params: { data: json(z.array(z.int()).max(maxProfileFields)) },
  response: z.object({}),
})
