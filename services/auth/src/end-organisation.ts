import { type Granted, isOperator } from '@parley/access'
import type { OrmTx } from '@parley/db'
import { make, type NewEvent, organisationDeactivated, organisationEnding } from '@parley/events'
import { endEverybody, setUse } from './repo/organisation-use.ts'
import { turnOfAccounts } from './sight.ts'

/**
 * Takes the organisation out of use, and ends what anybody of it is let in by.
 * @returns what the caller appends last; nothing where it is out of use already
 */
export async function endOrganisation(
  tx: OrmTx,
  granted: Granted<'organisation:end'>,
  at: Date,
): Promise<NewEvent[]> {
  await turnOfAccounts(tx)
  if (!(await setUse(tx, granted))) return []
  await endEverybody(tx, granted, at)
  const by = isOperator(granted.actor) ? null : granted.actor.userId
  // Told first: behind the other nothing reaches anybody.
  return [make(organisationEnding, { realm_id: tx.org }), make(organisationDeactivated, { by })]
}
