import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({
  user_id: z.int(),
  email: z.string(),
  full_name: z.string(),
  date_joined: z.date(),
})
/** The bot that speaks for the server in an organisation. It is no account. */
export type SystemBotRow = z.output<typeof Row>

/** Makes the bot of the transaction's organisation, which is new. As `insertOrganisation`, nobody is there to be asked. */
export async function insertSystemBot(tx: Tx, at: Date): Promise<void> {
  await tx.execute('INSERT INTO auth.system_bots (org_id, date_joined) VALUES ($1, $2)', [tx.org, at])
}

/** The organisation's. */
export const readSystemBots = (tx: Tx, granted: Granted<'user:list'>): Promise<SystemBotRow[]> =>
  tx.query(Row, 'SELECT user_id, email, full_name, date_joined FROM auth.system_bots WHERE org_id = $1', [
    granted.actor.orgId,
  ])
