import { badRequest } from '@parley/core'

const maxLength = 100
const minLength = 2
/** Characters that would break mentions, lines and headers of mails, and what cannot be seen. */
const forbidden = /[*`\\>"@\p{C}\p{Zl}\p{Zp}]/u

/**
 * A person's name as it is kept: without white space around it.
 * @throws AppError BAD_REQUEST with Zulip's texts
 */
export function fullName(given: string): string {
  const name = given.trim()
  if (name.length > maxLength) throw badRequest('Name too long!')
  if (name.length < minLength) throw badRequest('Name too short!')
  if (forbidden.test(name)) throw badRequest('Invalid characters in name!')
  // `Name|12` is how mentions tell namesakes apart.
  if (/\|\d+$/.test(name)) throw badRequest('Invalid format!')
  return name
}
