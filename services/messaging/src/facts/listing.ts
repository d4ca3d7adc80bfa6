import { type Actor, authorize, type Granted } from '@parley/access'
import type { Rights } from '@parley/core'
import { invalidMessage } from './readable-message.ts'

/** The right to list messages, for who was let do something to them. @throws AppError BAD_REQUEST for a deactivated account */
export function listing(actor: Actor, rights: Rights): Granted<'message:list'> {
  const verdict = authorize('message:list', actor, null, rights)
  if (!verdict.ok) throw invalidMessage()
  return verdict.granted
}
