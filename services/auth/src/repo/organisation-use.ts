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
  // In the order in which others take several: two that hold what the other waits for would never end.
  await tx.execute(
    `WITH held AS MATERIALIZED (
       SELECT user_id FROM auth.users WHERE org_id = $1 ORDER BY user_id FOR NO KEY UPDATE)
     UPDATE auth.users u SET generation = u.generation + 1, vantage = u.vantage + 1 FROM held h
     WHERE u.org_id = $1 AND u.user_id = h.user_id`,
    [tx.org],
  )
  for (const table of ['auth.api_keys', 'auth.sessions', 'auth.invitations', 'auth.email_changes'])
    await tx.execute(`UPDATE ${table} SET ended_at = $2 WHERE org_id = $1 AND ended_at IS NULL`, [tx.org, at])
}
