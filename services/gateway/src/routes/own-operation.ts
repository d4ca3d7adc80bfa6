import { authorize, type Granted } from '@parley/access'
import { type Input, type Operation, parseParams } from '@parley/api'
import { orgId, userId } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { stale, stillGood } from '@parley/kit'
import type { Caller, Exchange } from '../edge/exchange.ts'
import { notLoggedIn } from '../identity/basic.ts'

/** The parameters of one of the gateway's own operations, with who asks. */
export interface Asked<O extends Operation> {
  readonly input: Input<O>
  readonly ignored: readonly string[]
  readonly caller: Caller
}

/** @throws AppError for wrong parameters, and UNAUTHORIZED where nobody asks */
export function askedOf<O extends Operation>(
  operation: O,
  { caller, raw }: Pick<Exchange, 'caller' | 'raw'>,
): Asked<O> {
  if (!caller) throw notLoggedIn()
  const { input, ignored } = parseParams(operation.params, raw)
  return { input, ignored, caller }
}

/**
 * Reads who asks in the operation's own transaction, and decides.
 * @throws AppError UNAUTHORIZED (stale) where the account is not what it was when its credential was checked
 */
export async function grantedIn(tx: Tx, { principal }: Caller): Promise<Granted<'self:use'>> {
  const { actor, rights } = await readActor(tx, userId(principal.user))
  const verdict = actor && authorize('self:use', actor, null, rights)
  if (!verdict?.ok || !stillGood(actor, principal)) throw stale()
  return verdict.granted
}

export const orgOf = ({ facts }: Exchange): ReturnType<typeof orgId> => orgId(facts.org)
