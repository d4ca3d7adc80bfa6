import { maxDefaultGroupDescriptionLength, maxDefaultGroupNameLength, unprintableAt } from '@parley/api'
import { type AppError, badRequest } from '@parley/core'

/** The name as it is kept. @throws AppError BAD_REQUEST for one that no group of default channels can have */
export function defaultGroupName(given: string): string {
  const name = given.trim()
  if (name === '') throw badRequest("Default channel group name can't be empty.")
  if (Array.from(name).length > maxDefaultGroupNameLength)
    throw badRequest(`Default channel group name too long (limit: ${maxDefaultGroupNameLength} characters)`)
  const at = unprintableAt(name)
  if (at > 0) throw badRequest(`Invalid character in default channel group name, at position ${at}.`)
  return name
}

/** @throws AppError BAD_REQUEST for one that is too long */
export function defaultGroupDescription(given: string): string {
  if (Array.from(given).length > maxDefaultGroupDescriptionLength)
    throw badRequest(`description is too long (limit: ${maxDefaultGroupDescriptionLength} characters)`)
  return given
}

export const defaultGroupTaken = (): AppError => badRequest('Default channel group already exists')

/** The answer for an id that stands for none. */
export const noDefaultGroup = (id: number): AppError =>
  badRequest(`Default channel group with id '${id}' does not exist.`)
