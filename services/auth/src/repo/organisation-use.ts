import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'

/** Takes the organisation out of use (`organisation:end`), or into use again. @returns false where it is so already */
export async function setUse(
  tx: Tx,
  { action }: Granted<'organisation:end'> | Granted<'organisation:restore'>,
): Promise<boolean> {
  const changed = await tx.execute(
    'UPDATE auth.organisations SET deactivated = $2 WHERE org_id = $1 AND deactivated <> $2',
    [tx.org, action === 'organisation:end'],
  )
  return changed === 1
}

/**
 * Ends what anybody is let in by, now or later: what is remembered of credentials, the credentials, queues, and invitations.
 * Accounts, their passwords and what they are in stay.
 */
export async function endEverybody(tx: Tx, _: Granted<'organisation:end'>, at: Date): Promise<void> {
  await tx.execute(
    'UPDATE auth.users SET generation = generation + 1, vantage = vantage + 1 WHERE org_id = $1',
    [tx.org],
  )
  for (const table of ['auth.api_keys', 'auth.sessions', 'auth.invitations', 'auth.email_changes'])
    await tx.execute(`UPDATE ${table} SET ended_at = $2 WHERE org_id = $1 AND ended_at IS NULL`, [tx.org, at])
}
