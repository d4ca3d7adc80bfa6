import { type Actor, authorize, type Granted } from '@parley/access'
import type { Principal } from '@parley/api'
import { badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { takeTurn } from './facts/turn.ts'

interface Asking {
  readonly tx: Tx
  readonly principal: Principal
  readonly actor: Actor
  readonly rights: Rights
}

/**
 * Waits until no other change of channels or folders is under way, and decides anew: what is read now stays so until the
 * transaction ends.
 * @throws StaleRights where the account has changed meanwhile
 */
export async function turnToChangeFolders(asking: Asking): Promise<Granted<'folder:change'>> {
  const { actor, rights } = await takeTurn(asking.tx, asking.principal, asking)
  const verdict = authorize('folder:change', actor, null, rights)
  if (verdict.ok) return verdict.granted
  throw badRequest('Insufficient permission')
}
