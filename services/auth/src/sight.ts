import { takeTurn, type Tx } from '@parley/db'
import { make, type NewEvent, userMoved } from '@parley/events'
import type { Moved } from './repo/vantage.ts'

/**
 * Waits for the organisation's turn: who takes accounts in, out or back changes the counts of many channels, and where
 * guests see only whom they have met, many accounts; two at once would wait for each other. Before any row.
 */
export const turnOfAccounts = (tx: Tx): Promise<void> => takeTurn(tx)

/** What the log says of those who see others than before: their queues begin anew. */
export const anew = (moved: readonly Moved[]): NewEvent[] => moved.map((account) => make(userMoved, account))
