import type { Reason } from '@parley/access'
import { AppError, badRequest } from '@parley/core'

/** The answer that gives no reason. */
export const insufficient = (): AppError => badRequest('Insufficient permission')

/** What an account that may not do something is told, in Zulip's words. */
export function refusal(reason: Reason): AppError {
  switch (reason) {
    case 'admins-only':
      return new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization administrator')
    case 'owners-only':
      return new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization owner')
    case 'operator-must-allow':
      return badRequest('User not authorized to create users')
    default:
      return insufficient()
  }
}
