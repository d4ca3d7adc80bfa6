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
    case 'above-owner':
      return badRequest('Bots may not have more permissions than their owner.')
    case 'people-only':
      return badRequest('This endpoint does not accept bot requests.')
    case 'last-owner':
      return badRequest('The owner permission cannot be removed from the only organization owner.')
    case 'operator-must-allow':
      return badRequest('User not authorized to create users')
    default:
      return insufficient()
  }
}

/** The same where it was about an address that somebody was to come in with. */
export function addressRefusal(reason: Reason, address: string): AppError {
  switch (reason) {
    case 'address-outside':
      return badRequest(`Email '${address}' not allowed in this organization`)
    case 'address-plus':
      return badRequest('Email addresses containing + are not allowed.')
    case 'address-kept':
      return badRequest('Email address changes are disabled in this organization.')
    case 'address-disposable':
      return badRequest('Disposable email addresses are not allowed in this organization')
    default:
      return refusal(reason)
  }
}

/** What somebody is told who may not be deactivated: nobody would own the organisation. */
export const lastOwner = (): AppError =>
  new AppError('CANNOT_DEACTIVATE_LAST_USER', 'Cannot deactivate the only organization owner', {
    data: { is_last_owner: true, entity: 'organization owner' },
  })

/** What is said where a bot may not be made, changed or given, in Zulip's words where it has some. */
export function botRefusal(reason: Reason): AppError {
  switch (reason) {
    case 'guests-may-not':
      return badRequest('Not allowed for guest users')
    case 'above-own':
      return badRequest('Bots may not have more permissions than their owner.')
    default:
      return refusal(reason)
  }
}

/** What is said of somebody who cannot have a bot. */
export function giveRefusal(reason: Reason): AppError {
  switch (reason) {
    case 'unknown-user':
      return badRequest('Failed to change owner, no such user')
    case 'recipient-inactive':
      return badRequest('Failed to change owner, user is deactivated')
    case 'bots-may-not':
      return badRequest("Failed to change owner, bots can't own other bots")
    case 'not-permitted':
      return badRequest('Failed to change owner, user may not have such bots')
    default:
      return botRefusal(reason)
  }
}

/** The answer for a bot that is not there, or that the asker has no say over. */
export const unknownBot = (): AppError => badRequest('No such bot')

/** The answer for an account that is not there, or that the asker may not know of. */
export const unknownUser = (): AppError => badRequest('No such user')
/** The same for groups; who may not know of one is told what is said of an id that stands for none. */
export function groupRefusal(reason: Reason): AppError {
  switch (reason) {
    case 'guests-may-not':
      return badRequest('Not allowed for guest users')
    case 'bots-may-not':
      return badRequest('This endpoint does not accept bot requests.')
    case 'group-inactive':
      return badRequest('User group is deactivated.')
    default:
      return insufficient()
  }
}

export const invalidGroup = (): AppError => badRequest('Invalid user group')

export const groupNameTaken = (name: string): AppError => badRequest(`User group '${name}' already exists.`)
