import { badRequest } from '@parley/core'

const maxLength = 100
const maxDescription = 1024
/** What would be read as something else where groups are named: roles, people, channels. */
const reserved = ['@', 'role:', 'user:', 'stream:', 'channel:'] as const

/**
 * A group's name as it is kept: without white space around it.
 * @throws AppError BAD_REQUEST with Zulip's texts
 */
export function groupName(given: string): string {
  const name = given.trim()
  if (name === '') throw badRequest("User group name can't be empty!")
  if (name.length > maxLength) throw badRequest(`User group name cannot exceed ${maxLength} characters.`)
  const start = reserved.find((prefix) => name.toLowerCase().startsWith(prefix))
  if (start !== undefined) throw badRequest(`User group name cannot start with '${start}'.`)
  if (/\p{C}|\*/u.test(name)) throw badRequest('Invalid characters in user group name!')
  return name
}

/** @throws AppError BAD_REQUEST for a description that is too long */
export function groupDescription(given: string): string {
  if (given.length > maxDescription)
    throw badRequest(`description is too long (limit: ${maxDescription} characters)`)
  return given
}
