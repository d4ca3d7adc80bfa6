import type { Actor } from '@parley/access'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

const Row = z.object({ email: z.string(), full_name: z.string() })

/** The actor as events name people. */
export async function readOwnName(tx: Tx, actor: Actor): Promise<z.output<typeof Row>> {
  return only(
    await tx.query(Row, 'SELECT email, full_name FROM auth.v1_people WHERE org_id = $1 AND user_id = $2', [
      tx.org,
      actor.userId,
    ]),
  )
}
