import { only, type Tx } from '@parley/db'
import { z } from 'zod'

/** What the server does by itself in an organisation waits while that is out of use. */
export class OutOfUse extends Error {
  override readonly name = 'OutOfUse'
}

const Found = z.object({ used: z.boolean() })

/** Is the organisation in use? Behind the head, which taking it out of use takes, that stays so until the end. */
export async function inUse(tx: Tx): Promise<boolean> {
  const sql = 'SELECT NOT deactivated AS used FROM auth.v1_organisation WHERE org_id = $1'
  return only(await tx.query(Found, sql, [tx.org])).used
}

/** @throws OutOfUse where it is not: nothing of the transaction may stay */
export async function whileInUse(tx: Tx): Promise<void> {
  if (!(await inUse(tx))) throw new OutOfUse()
}
