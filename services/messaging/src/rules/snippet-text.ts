import { badRequest } from '@parley/core'

/** A snippet's title without the space around it. @throws AppError BAD_REQUEST where nothing is left */
export function snippetTitle(given: string): string {
  const title = given.trim()
  if (title === '') throw badRequest('Title cannot be empty.')
  return title
}

/** A snippet's content as it is. @throws AppError BAD_REQUEST where there is none */
export function snippetContent(given: string): string {
  if (given.trim() === '') throw badRequest('Content cannot be empty.')
  return given
}
