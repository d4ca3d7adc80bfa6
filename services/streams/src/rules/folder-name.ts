import { maxFolderNameLength, unprintableAt } from '@parley/api'
import { type AppError, badRequest } from '@parley/core'

/** The name as it is kept. @throws AppError BAD_REQUEST for one that no folder can have */
export function folderName(given: string): string {
  const name = given.trim()
  if (name === '') throw badRequest("Channel folder name can't be empty.")
  if (Array.from(name).length > maxFolderNameLength)
    throw badRequest(`name is too long (limit: ${maxFolderNameLength} characters)`)
  const at = unprintableAt(name)
  if (at > 0) throw badRequest(`Invalid character in channel folder name, at position ${at}.`)
  return name
}

export const folderNameTaken = (): AppError => badRequest('Channel folder name already in use')
/** The answer for an id that stands for no folder that may be used so. */
export const invalidFolder = (): AppError => badRequest('Invalid channel folder ID')
