import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** The people that the proof is about, ascending; nobody where it is about a channel. */
const peopleOf = ({ object }: Granted<'message:send'>): number[] =>
  object.kind === 'direct' ? object.direct.participants.map(({ userId }) => userId).sort((a, b) => a - b) : []

/** Has the conversation of the proof's people begun? */
export async function isBegun(tx: Tx, granted: Granted<'message:send'>): Promise<boolean> {
  const rows = await tx.query(
    z.object({ recipient_id: z.int() }),
    `SELECT recipient_id FROM messaging.recipients
      WHERE org_id = $1 AND people_key = messaging.people_key($2::integer[])`,
    [tx.org, peopleOf(granted)],
  )
  return rows.length > 0
}

const Moved = z.object({ user_id: z.int(), role: z.int(), vantage: z.int() })

/** Begins it, in the organisation's turn. @returns the guests who come to see others by it, with their new vantage */
export const beginConversation = (
  tx: Tx,
  granted: Granted<'message:send'>,
): Promise<z.output<typeof Moved>[]> =>
  tx.query(Moved, 'SELECT user_id, role, vantage FROM messaging.begin_conversation($1, $2::integer[])', [
    tx.org,
    peopleOf(granted),
  ])
