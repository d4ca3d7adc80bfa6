import type { Granted } from '@parley/access'
import { type Secret, sha256 } from '@parley/core'
import { sqlState, type Tx } from '@parley/db'
import { z } from 'zod'

const lastsMs = 86_400_000

/** What one mail is sent by. */
export interface Sending {
  /** A UUID, the same at every attempt. */
  readonly messageId: string
  readonly at: Date
}

/** Keeps that the account asks for another address, instead of whatever it asked for before, and has a mail sent there. */
export async function askForAddress(
  tx: Tx,
  granted: Granted<'self:readdress'>,
  asked: { readonly email: string; readonly url: string } & Sending,
): Promise<void> {
  await endEmailChanges(tx, granted, asked.at)
  await tx.execute(
    `INSERT INTO auth.email_changes (org_id, user_id, email, url, asked_at, expires_at, message_id, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $5)`,
    [
      tx.org,
      granted.actor.userId,
      asked.email,
      asked.url,
      asked.at,
      new Date(asked.at.getTime() + lastsMs),
      asked.messageId,
    ],
  )
}

/** Ends whatever other addresses the account has asked for: nothing that was sent opens any of them. */
export async function endEmailChanges(tx: Tx, { actor }: Granted<'self:readdress'>, at: Date): Promise<void> {
  await tx.execute(
    'UPDATE auth.email_changes SET ended_at = $3, due_at = NULL WHERE org_id = $1 AND user_id = $2 AND ended_at IS NULL',
    [tx.org, actor.userId, at],
  )
}

const Moved = z.object({
  email: z.string(),
  delivery_email: z.string(),
  email_address_visibility: z.int(),
  generation: z.int(),
  was: z.string(),
})
/** An account with its new address, and the one that it had. */
export type Moved = z.output<typeof Moved>

/** Gives the account that acts another address. @returns null where somebody else has it: then nothing may be kept */
export async function setAddress(
  tx: Tx,
  { actor }: Granted<'self:readdress'>,
  email: string,
): Promise<Moved | null> {
  try {
    const [moved] = await tx.query(
      Moved,
      `WITH before AS (
         SELECT delivery_email AS was FROM auth.users WHERE org_id = $1 AND user_id = $2 FOR NO KEY UPDATE)
       UPDATE auth.users u SET delivery_email = $3, generation = u.generation + 1,
         email = CASE WHEN u.email_address_visibility = 1 THEN $3 ELSE u.email END
       FROM before WHERE u.org_id = $1 AND u.user_id = $2
       RETURNING u.email, u.delivery_email, u.email_address_visibility, u.generation, before.was`,
      [tx.org, actor.userId, email],
    )
    return moved ?? null
  } catch (error) {
    if (sqlState(error) === '23505') return null
    throw error
  }
}

/** Has the address of before told that it is another one now. */
export async function tellAddressOfBefore(
  tx: Tx,
  _: Granted<'self:readdress'>,
  change: number,
  { messageId, at, was }: Sending & { readonly was: string },
): Promise<void> {
  await tx.execute(
    `UPDATE auth.email_changes SET was = $3, message_id = $4, due_at = $5, attempts = 0
      WHERE org_id = $1 AND change_id = $2`,
    [tx.org, change, was, messageId, at],
  )
}

/** Keeps the hash of what confirms one. */
export async function insertEmailSecret(tx: Tx, change: number, secret: Secret): Promise<void> {
  await tx.execute('INSERT INTO auth.email_change_secrets (org_id, sha256, change_id) VALUES ($1, $2, $3)', [
    tx.org,
    sha256(secret.expose()),
    change,
  ])
}

const Claimed = z.object({
  change_id: z.int(),
  message_id: z.string(),
  url: z.string(),
  attempts: z.int(),
})

/** Takes one that has a mail that is due, and puts off its next attempt as `claimMail` does. */
export async function claimEmailChange(tx: Tx, now: Date): Promise<z.output<typeof Claimed> | null> {
  const [row] = await tx.query(
    Claimed,
    `WITH due AS MATERIALIZED (
       SELECT change_id FROM auth.email_changes WHERE org_id = $1 AND due_at <= $2
       ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     UPDATE auth.email_changes c SET attempts = c.attempts + 1,
       due_at = $2::timestamptz + least(60, 2 ^ c.attempts) * interval '1 minute'
     FROM due WHERE c.org_id = $1 AND c.change_id = due.change_id
     RETURNING c.change_id, c.message_id, c.url, c.attempts`,
    [tx.org, now],
  )
  return row ?? null
}

/** Its mail is sent, or never will be; one that is to be sent since stays. */
export async function dropEmailMail(tx: Tx, change: number, messageId: string): Promise<void> {
  await tx.execute(
    'UPDATE auth.email_changes SET due_at = NULL WHERE org_id = $1 AND change_id = $2 AND message_id = $3::uuid',
    [tx.org, change, messageId],
  )
}
