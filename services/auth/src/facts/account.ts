import { botType } from '@parley/access'
import { type Secret, sha256, userId, type UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'

const Account = z.object({
  user_id: z.int(),
  delivery_email: z.string(),
  is_active: z.boolean(),
  is_bot: z.boolean(),
  generation: z.int(),
  hash: z.string().nullable(),
  organisation_ended: z.boolean(),
})

/** What a sign-in by password is judged by; the hash never leaves this service. */
export interface SigningIn {
  readonly userId: UserId
  readonly email: string
  readonly isActive: boolean
  readonly generation: number
  /** Null where the account cannot sign in by password: none was set, or it is a bot. */
  readonly hash: string | null
  readonly organisationEnded: boolean
}

/** The account of an address (`emailKey` form) in the transaction's organisation, or null. */
export async function accountToSignIn(tx: Tx, emailKey: string): Promise<SigningIn | null> {
  const [row] = await tx.query(
    Account,
    `SELECT u.user_id, u.delivery_email, u.is_active, u.is_bot, u.generation, p.hash,
            o.deactivated AS organisation_ended
       FROM auth.users u
       JOIN auth.organisations o ON o.org_id = u.org_id
       LEFT JOIN auth.passwords p ON p.org_id = u.org_id AND p.user_id = u.user_id
      WHERE u.org_id = $1 AND u.email_key = $2`,
    [tx.org, emailKey],
  )
  if (!row) return null
  return {
    userId: userId(row.user_id),
    email: row.delivery_email,
    isActive: row.is_active,
    generation: row.generation,
    hash: row.is_bot ? null : row.hash,
    organisationEnded: row.organisation_ended,
  }
}

const Held = z.object({
  credential: z.int(),
  open: z.boolean(),
  /** Milliseconds until it ends by itself; null where it never does. */
  good_for_ms: z.number().nullable(),
  user_id: z.int(),
  email_key: z.string(),
  role: z.int(),
  is_active: z.boolean(),
  generation: z.int(),
  incoming_webhook: z.boolean(),
  bot_owner_id: z.int().nullable(),
  organisation_ended: z.boolean(),
})
/** A credential that was issued once, and the account it is of. */
export type Held = z.infer<typeof Held>

const heldAccount = `u.user_id, u.email_key, u.role, u.is_active, u.generation, u.bot_owner_id,
       u.bot_type IS NOT DISTINCT FROM ${botType.incomingWebhook} AS incoming_webhook, o.deactivated AS organisation_ended
       FROM auth.users u
       JOIN auth.organisations o ON o.org_id = u.org_id`

/** The account an API key was made for, also where the key has ended since. */
export async function holderOfKey(tx: Tx, key: Secret): Promise<Held | null> {
  const [row] = await tx.query(
    Held,
    `SELECT c.key_id AS credential, c.ended_at IS NULL AS open, NULL::float8 AS good_for_ms, ${heldAccount}
       JOIN auth.api_keys c ON c.org_id = u.org_id AND c.user_id = u.user_id
      WHERE c.org_id = $1 AND c.sha256 = $2`,
    [tx.org, sha256(key.expose())],
  )
  return row ?? null
}

/** The account a session was begun by, also where the session has ended since. @param now milliseconds */
export async function holderOfSession(tx: Tx, token: Secret, now: number): Promise<Held | null> {
  const [row] = await tx.query(
    Held,
    `SELECT c.session_id AS credential,
            c.ended_at IS NULL AND c.expires_at > to_timestamp($3 / 1000.0) AS open,
            (extract(epoch FROM c.expires_at) * 1000 - $3)::float8 AS good_for_ms, ${heldAccount}
       JOIN auth.sessions c ON c.org_id = u.org_id AND c.user_id = u.user_id
      WHERE c.org_id = $1 AND c.sha256 = $2`,
    [tx.org, sha256(token.expose()), now],
  )
  return row ?? null
}
