import type { Actor } from '@parley/access'
import type { Principal } from '@parley/api'
import type { Rights } from '@parley/core'
import { onOneTrip, readActor, takeTurn as waitForTurn, type Tx } from '@parley/db'
import { StaleRights } from '@parley/events'

/**
 * Waits until no other change of channels or memberships is under way in the organisation, then reads who acts and
 * the rights anew. Every such change moves the rights, so without a turn a few at once would keep overtaking each
 * other and be refused; the head stays free meanwhile, so nobody's messages wait. Taken before any row.
 * @throws StaleRights where the account has changed meanwhile: the runner looks again
 */
export async function takeTurn(
  tx: Tx,
  principal: Principal,
  known: { readonly actor: Actor; readonly rights: Rights },
): Promise<{ readonly actor: Actor; readonly rights: Rights }> {
  const [, { actor, rights }] = await onOneTrip(waitForTurn(tx), readActor(tx, known.actor.userId))
  if (!actor?.isActive || actor.generation !== principal.generation || actor.role !== known.actor.role)
    throw new StaleRights()
  return { actor, rights }
}
