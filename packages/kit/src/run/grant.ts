import { type Actor, authorize, type Reason } from '@parley/access'
import type { Operation } from '@parley/api'
import { AppError, badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import type { Asking, Route } from '../route.ts'
import { noteDecision } from '../telemetry.ts'

/**
 * Decides by the rule that the operation declares.
 * @returns the proof; null where it is public
 * @throws AppError where it is denied or hidden
 */
export async function grant<C, T extends Tx>(
  { operation, guard }: Route<C, T>,
  asking: Asking<Operation, C, T>,
  actor: Actor | null,
  rights: Rights,
): Promise<unknown> {
  if (operation.access === 'public' || !actor) return null
  const object = guard ? await guard.object(asking) : null
  const verdict = authorize(operation.access, actor, object as never, rights)
  noteDecision(operation.access, verdict)
  if (verdict.ok) return verdict.granted
  if (verdict.kind === 'hide' && guard) throw guard.hidden(asking.input)
  throw guard?.denied?.(asking.input, verdict.reason) ?? refusal(verdict.reason)
}

/** What is said where an operation has no words of its own. */
const refusal = (reason: Reason): AppError => {
  switch (reason) {
    case 'admins-only':
      return new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization administrator')
    case 'owners-only':
      return new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization owner')
    case 'people-only':
      return badRequest('This endpoint does not accept bot requests.')
    case 'bots-only':
      return badRequest('This endpoint is for bots only.')
    default:
      return badRequest('Insufficient permission')
  }
}
