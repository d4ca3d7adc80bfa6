import { type Shown, show } from '@parley/access'
import { readSpectator, type Tx } from '@parley/db'
import { notLoggedIn } from './run-operation.ts'

/**
 * The proof that spectators may look at the transaction's organisation at all.
 * @param webPublic does the server let there be web-public channels?
 * @throws AppError UNAUTHORIZED
 */
export async function lookingIn(tx: Tx, webPublic: boolean): Promise<Shown<'spectator:look'>> {
  const verdict = show('spectator:look', await readSpectator(tx, webPublic), null)
  if (!verdict.ok) throw notLoggedIn()
  return verdict.shown
}
