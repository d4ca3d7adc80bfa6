import { type Actor, limitsGuests } from '@parley/access'
import { takeTurn, type Tx } from '@parley/db'
import { make, type NewEvent, userMoved } from '@parley/events'
import type { Moved } from './repo/vantage.ts'

/**
 * Waits for the organisation's turn where guests see only whom they have met: whoever changes that changes many accounts,
 * in no order. Before any row.
 */
export async function turnForSight(tx: Tx, { realmGroups }: Pick<Actor, 'realmGroups'>): Promise<void> {
  if (limitsGuests(realmGroups)) await takeTurn(tx)
}

/** What the log says of those who see others than before: their queues begin anew. */
export const anew = (moved: readonly Moved[]): NewEvent[] => moved.map((account) => make(userMoved, account))
