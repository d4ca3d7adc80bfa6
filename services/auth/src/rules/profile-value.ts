import { type GivenValue, type ProfileField, profileFieldTypes as type } from '@parley/api'
import { badRequest } from '@parley/core'
import { isLink, optionKeys } from './profile-field.ts'

/** A value as it is kept; null where the field is empty. `users`: whom it names, who are to be there. */
export interface WantedValue {
  readonly field: ProfileField
  readonly value: string | null
  readonly users: readonly number[]
}

/** Longest of each type, in characters. */
const longest: Readonly<Record<number, number>> = {
  [type.SHORT_TEXT.id]: 50,
  [type.LONG_TEXT.id]: 500,
  [type.EXTERNAL_ACCOUNT.id]: 50,
  [type.PRONOUNS.id]: 50,
  [type.URL.id]: 2_048,
}

/** Checks what somebody puts into fields. @throws AppError BAD_REQUEST */
export function wantedValues(
  fields: readonly ProfileField[],
  given: readonly GivenValue[],
  admin: boolean,
): WantedValue[] {
  return given.map(({ id, value }) => {
    const field = fields.find((one) => one.id === id)
    if (!field) throw badRequest(`Field id ${id} not found.`)
    if (!field.editable_by_user && !admin)
      throw badRequest('You are not allowed to change this field. Contact an administrator to update it.')
    return wantedValue(field, value)
  })
}

function wantedValue(field: ProfileField, value: GivenValue['value']): WantedValue {
  if (value === null || value.length === 0) return { field, value: null, users: [] }
  if (field.type === type.USER.id) {
    if (typeof value === 'string') throw badRequest('User IDs is not a list')
    const users = [...new Set(value)]
    return { field, value: JSON.stringify(users), users }
  }
  if (typeof value !== 'string') throw badRequest(`${field.name} is not a string`)
  return { field, value: textOf(field, value), users: [] }
}

function textOf(field: ProfileField, value: string): string {
  const limit = longest[field.type]
  if (value.includes('\0') || !value.isWellFormed()) throw badRequest(`Invalid ${field.name}`)
  if (limit !== undefined && value.length > limit)
    throw badRequest(`${field.name} is too long (limit: ${limit} characters)`)
  if (field.type === type.DATE.id && !isDate(value)) throw badRequest(`${field.name} is not a date`)
  if (field.type === type.URL.id && !isLink(value)) throw badRequest(`${field.name} is not a URL`)
  if (field.type === type.SELECT.id && !optionKeys(field).includes(value))
    throw badRequest(`Invalid choice for field ${field.name}`)
  return value
}

/** A day as YYYY-MM-DD that there is. */
function isDate(value: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : null
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value)
}
