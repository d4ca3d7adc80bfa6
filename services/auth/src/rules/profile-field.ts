import { type FieldData, type ProfileField, profileFieldTypes as type } from '@parley/api'
import { badRequest } from '@parley/core'

/** A field but for its id and place. */
export type FieldSettings = Omit<ProfileField, 'id' | 'order'>
/** What is asked for of it. */
export interface GivenField {
  readonly name?: string | undefined
  readonly hint?: string | undefined
  readonly field_data?: FieldData | undefined
  readonly display_in_profile_summary?: boolean | undefined
  readonly required?: boolean | undefined
  readonly editable_by_user?: boolean | undefined
}

/** Most fields that are shown where profiles are shown in short. */
const mostInSummary = 2
const mostOptions = 100
const longestOption = 50

/** A new field. @throws AppError BAD_REQUEST */
export function newField(
  fieldType: number,
  given: GivenField,
  others: readonly ProfileField[],
): FieldSettings {
  const known = Object.values(type).find(({ id }) => id === fieldType)
  if (!known) throw badRequest('Invalid field type.')
  const begun = {
    type: known.id,
    name: '',
    hint: '',
    field_data: '',
    display_in_profile_summary: false,
    required: false,
    editable_by_user: true,
  }
  return changedField(begun, { name: '', field_data: {}, ...given }, others)
}

/** A field with what is given changed. @param others the organisation's other fields. @throws AppError BAD_REQUEST */
export function changedField(
  before: FieldSettings,
  given: GivenField,
  others: readonly ProfileField[],
): FieldSettings {
  const name = given.name === undefined ? before.name : nameOf(given.name, others)
  const summary = given.display_in_profile_summary ?? before.display_in_profile_summary
  if (summary && !before.display_in_profile_summary) {
    if (before.type === type.LONG_TEXT.id || before.type === type.USER.id)
      throw badRequest('Field type not supported for display in profile summary.')
    if (others.filter((other) => other.display_in_profile_summary).length >= mostInSummary)
      throw badRequest(`Only ${mostInSummary} custom profile fields can be displayed in the profile summary.`)
  }
  return {
    type: before.type,
    name,
    hint: given.hint?.trim() ?? before.hint,
    field_data: given.field_data === undefined ? before.field_data : dataOf(before.type, given.field_data),
    display_in_profile_summary: summary,
    required: given.required ?? before.required,
    editable_by_user: given.editable_by_user ?? before.editable_by_user,
  }
}

function nameOf(given: string, others: readonly ProfileField[]): string {
  const name = given.trim()
  if (name === '') throw badRequest('Label cannot be blank.')
  const key = keyOf(name)
  if (others.some((other) => keyOf(other.name) === key))
    throw badRequest('A field with that label already exists.')
  return name
}

/** Names that look alike are one. */
const keyOf = (name: string): string => name.normalize('NFKC').toLowerCase()

function dataOf(fieldType: number, data: FieldData): string {
  if (fieldType === type.SELECT.id) return JSON.stringify(optionsOf(data))
  if (fieldType === type.EXTERNAL_ACCOUNT.id) return JSON.stringify(accountOf(data))
  return ''
}

function optionsOf(data: FieldData): FieldData {
  const options = Object.entries(data)
  if (options.length === 0) throw badRequest('Field must have at least one choice.')
  if (options.length > mostOptions) throw badRequest(`Field must have at most ${mostOptions} choices.`)
  const texts = new Set<string>()
  for (const [key, option] of options) {
    if (typeof option === 'string') throw badRequest('field_data is not valid')
    if (key.trim() === '') throw badRequest("'value' cannot be blank.")
    if (option.text.trim() === '') throw badRequest('text cannot be blank.')
    if (key.length > longestOption || option.text.length > longestOption)
      throw badRequest(`text is too long (limit: ${longestOption} characters)`)
    if (!/^\d{1,4}$/.test(option.order)) throw badRequest('order is not an integer')
    if (texts.has(keyOf(option.text))) throw badRequest('Field must not have duplicate choices.')
    texts.add(keyOf(option.text))
  }
  return data
}

const place = '%(username)s'

/** Where the accounts of another service are; none of them is known here by name. */
function accountOf({ subtype, url_pattern: pattern, ...more }: FieldData): FieldData {
  if (subtype !== 'custom') throw badRequest('Invalid external account type')
  if (Object.keys(more).length > 0) throw badRequest('field_data has other keys than subtype and url_pattern')
  if (typeof pattern !== 'string' || pattern === '')
    throw badRequest('Custom external account must define URL pattern')
  if (pattern.split(place).length !== 2) throw badRequest(`url_pattern should contain '${place}'`)
  if (pattern.length > 1_024 || !isLink(pattern.replace(place, 'username')))
    throw badRequest('url_pattern is not a URL')
  return { subtype, url_pattern: pattern }
}

/** Is it an address that a browser may go to? */
export function isLink(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && !/[\s"'<>]/.test(text)
}

/** The options of a list. */
export const optionKeys = (field: Pick<ProfileField, 'type' | 'field_data'>): readonly string[] =>
  field.type === type.SELECT.id ? Object.keys(JSON.parse(field.field_data) as object) : []
