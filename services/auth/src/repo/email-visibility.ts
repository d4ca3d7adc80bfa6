import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'

/** What stands for an address that not everybody may see. Nobody has an address of this domain. */
const hiddenDomain = 'parley.invalid'

const Shown = z.object({ email: z.string(), delivery_email: z.string(), was: z.int() })
/** What everybody is shown as the address of an account, the address, and who saw it before. */
export type Shown = z.output<typeof Shown>

/** Who sees the address of an account from now on (Zulip API: email_address_visibility). @returns null where that is no change */
export async function setEmailVisibility(
  tx: Tx,
  granted: Granted<'self:set'> | Granted<'user:create'> | Granted<'user:join'>,
  user: number,
  visibility: number,
): Promise<Shown | null> {
  const [shown] = await tx.query(
    Shown,
    `WITH before AS (
       SELECT email_address_visibility AS was FROM auth.users
       WHERE org_id = $1 AND user_id = $2 AND NOT is_bot AND email_address_visibility <> $3 FOR NO KEY UPDATE)
     UPDATE auth.users u SET email_address_visibility = $3,
       email = CASE WHEN $3 = 1 THEN u.delivery_email ELSE 'user' || u.user_id || '@${hiddenDomain}' END
     FROM before WHERE u.org_id = $1 AND u.user_id = $2
     RETURNING u.email, u.delivery_email, before.was`,
    [granted.actor.orgId, user, visibility],
  )
  return shown ?? null
}
