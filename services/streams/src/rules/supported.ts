import { type Actor, isAdmin, isOwner, setsDeleting, setsTopics } from '@parley/access'
import type { NewChannelWish } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import { retentionDays } from './retention.ts'

/**
 * Refuses what a new channel could be asked to have and its creator may not say, or what no channel can have yet: made without
 * it, it would be more open than its creator believes.
 * @throws AppError
 */
export function refuseUnsupported(input: NewChannelWish, actor: Actor): void {
  if (input.is_default_stream) {
    if (!isAdmin(actor)) throw badRequest('Insufficient permission')
    if (input.invite_only) throw badRequest('A default channel cannot be private.')
  }
  if (retentionDays(input.message_retention_days ?? 'realm_default') !== null && !isOwner(actor))
    throw new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization owner')
  const { can_delete_any_message_group: any, can_delete_own_message_group: own } = input
  if ((any ?? own) !== undefined && !setsDeleting(actor)) throw badRequest('Insufficient permission')
  if ((input.topics_policy ?? 'inherit') !== 'inherit' && !setsTopics(actor))
    throw badRequest('Insufficient permission')
}
