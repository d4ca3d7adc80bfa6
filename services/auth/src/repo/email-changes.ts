import type { Granted } from '@parley/access'
import { maxMailsToOne } from '@parley/api'
import { type Secret, sha256 } from '@parley/core'
import { sqlState, type Tx } from '@parley/db'
import { z } from 'zod'

/** How long one may be confirmed, from when its mail may go. */
const lastsHours = 24

/** What one mail is sent by. */
export interface Sending {
  /** A UUID, the same at every attempt. */
  readonly messageId: string
  readonly at: Date
}

/**
 * Keeps the account as it is until the transaction ends: whoever takes back what asks waits for it.
 * @returns false where that was taken back, or the account out of use
 */
export const holdOwnAccount = async (tx: Tx, { actor }: Granted<'self:readdress'>): Promise<boolean> =>
  (await tx.execute(
    'SELECT FROM auth.users WHERE org_id = $1 AND user_id = $2 AND is_active AND generation = $3 FOR NO KEY UPDATE',
    [tx.org, actor.userId, actor.generation],
  )) === 1

/**
 * Keeps that the account asks for another address, instead of whatever it asked for before, and has a mail sent there: now,
 * or where that address got as many in a day as one gets, when it may have another. Counts it with those that invite.
 */
export async function askForAddress(
  tx: Tx,
  granted: Granted<'self:readdress'>,
  asked: { readonly email: string; readonly url: string; readonly moot: boolean } & Sending,
): Promise<void> {
  const { userId: user, generation } = granted.actor
  const { email, url, moot, messageId, at } = asked
  await purge(tx, at)
  await endEmailChanges(tx, granted, at)
  await tx.execute(
    `WITH full_until AS (
       SELECT due_at + interval '1 day' AS at FROM auth.mailings
       WHERE org_id = $1 AND email_key = lower($3::text COLLATE "C") AND due_at > $6::timestamptz - interval '1 day'
       ORDER BY due_at DESC OFFSET $9 - 1 LIMIT 1),
     due AS (
       SELECT coalesce((SELECT at FROM full_until), $6) AS at),
     change AS (
       INSERT INTO auth.email_changes (org_id, user_id, email, url, generation, asked_at, expires_at, ended_at, message_id,
         due_at)
       SELECT $1, $2, $3, $4, $5, $6, due.at + $8 * interval '1 hour', $10, $7, due.at FROM due
       RETURNING email_key, due_at)
     INSERT INTO auth.mailings (org_id, mail_id, kind, inviter_id, email_key, asked_at, due_at)
     SELECT $1, nextval('auth.mail_ids'), 'address', $2, email_key, $6, due_at FROM change`,
    [tx.org, user, email, url, generation, at, messageId, lastsHours, maxMailsToOne, moot ? at : null],
  )
}

/** How long those are kept that are over, days, and how many go at a time. */
const [keptDays, mostAtOnce] = [30, 100]

/** Deletes some of those that have been over for so long, and what of a day that is over was counted. */
async function purge(tx: Tx, now: Date): Promise<void> {
  await tx.execute(
    `WITH over AS MATERIALIZED (
       SELECT change_id FROM auth.email_changes
       WHERE org_id = $1 AND expires_at < $2::timestamptz - $3 * interval '1 day' ORDER BY expires_at LIMIT $4),
     secrets AS (
       DELETE FROM auth.email_change_secrets s USING over WHERE s.org_id = $1 AND s.change_id = over.change_id),
     counted AS (
       DELETE FROM auth.mailings WHERE org_id = $1 AND due_at <= $2::timestamptz - interval '1 day')
     DELETE FROM auth.email_changes c USING over WHERE c.org_id = $1 AND c.change_id = over.change_id`,
    [tx.org, now, keptDays, mostAtOnce],
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

/**
 * Gives the account that acts another address. @returns null where somebody else has it, or credentials of the account were
 * taken back meanwhile: then nothing may be kept
 */
export async function setAddress(
  tx: Tx,
  { actor }: Granted<'self:readdress'>,
  email: string,
): Promise<Moved | null> {
  try {
    const [moved] = await tx.query(
      Moved,
      `WITH before AS (
         SELECT delivery_email AS was FROM auth.users WHERE org_id = $1 AND user_id = $2 AND generation = $4
           FOR NO KEY UPDATE)
       UPDATE auth.users u SET delivery_email = $3, generation = u.generation + 1,
         email = CASE WHEN u.email_address_visibility = 1 THEN $3 ELSE u.email END
       FROM before WHERE u.org_id = $1 AND u.user_id = $2
       RETURNING u.email, u.delivery_email, u.email_address_visibility, u.generation, before.was`,
      [tx.org, actor.userId, email, actor.generation],
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
