import type { Granted } from '@parley/access'
import { maxMailsToOne } from '@parley/api'
import { type OrgId, orgId, type Secret, sha256 } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import { z } from 'zod'

/** A mail about an invitation, to be sent from now on. */
export interface NewMail {
  readonly invitation: number
  /** A UUID, the same at every attempt. */
  readonly messageId: string
  readonly url: string
  readonly at: Date
  /** Those that it takes the place of. */
  readonly instead?: Unsent
}

/** Mails that nobody has tried to send, and how long the last of them was still to wait, milliseconds. */
export interface Unsent {
  readonly mails: readonly number[]
  readonly waitMs: number
}

/** What is still to be sent of an invitation is not: another takes its place. What was sent goes on to open it. */
export async function replaceMails(
  tx: Tx,
  _: Granted<'invitation:manage'>,
  invitation: number,
  at: Date,
): Promise<Unsent> {
  const rows = await tx.query(
    z.object({ mail_id: z.coerce.number(), attempts: z.int(), due_at: z.date() }),
    'DELETE FROM auth.mails WHERE org_id = $1 AND invitation_id = $2 RETURNING mail_id, attempts, due_at',
    [tx.org, invitation],
  )
  const untried = rows.filter(({ attempts }) => attempts === 0)
  return {
    mails: untried.map((row) => row.mail_id),
    waitMs: Math.max(0, ...untried.map((row) => row.due_at.getTime() - at.getTime())),
  }
}

/**
 * Has a mail sent once this transaction is committed, or later: where its address got as many in a day as one gets, when it
 * may have another, and for as long its invitation lasts longer, though no longer than the link it came by. Counts it in the
 * place of those that it stands for, and forgets those of a day that is over.
 */
export async function insertMail(
  tx: Tx,
  _: Granted<'invitation:create'> | Granted<'invitation:manage'> | Granted<'user:join'>,
  { invitation, messageId, url, at, instead = { mails: [], waitMs: 0 } }: NewMail,
): Promise<void> {
  await tx.execute(
    `WITH gone AS (
       DELETE FROM auth.mailings 
         WHERE org_id = $1 AND (due_at <= $5::timestamptz - interval '1 day' OR mail_id = ANY ($7))),
     about AS (
       SELECT kind, inviter_id, email_key FROM auth.invitations WHERE org_id = $1 AND invitation_id = $2),
     full_until AS (
       SELECT m.due_at + interval '1 day' AS at FROM auth.mailings m JOIN about USING (email_key)
       WHERE m.org_id = $1 AND m.due_at > $5::timestamptz - interval '1 day' AND m.mail_id <> ALL ($7)
       ORDER BY m.due_at DESC OFFSET $6 - 1 LIMIT 1),
     mail AS (
       INSERT INTO auth.mails (org_id, invitation_id, message_id, url, due_at)
       VALUES ($1, $2, $3, $4, coalesce((SELECT at FROM full_until), $5))
       RETURNING mail_id, due_at),
     counted AS (
       INSERT INTO auth.mailings (org_id, mail_id, kind, inviter_id, email_key, asked_at, due_at)
       SELECT $1, mail_id, kind, inviter_id, email_key, $5, due_at FROM mail, about),
     longer AS (
       SELECT due_at - $5::timestamptz - $8 * interval '1 millisecond' AS by FROM mail)
     UPDATE auth.invitations i SET expires_at = least(i.expires_at + longer.by, (
       SELECT p.expires_at FROM auth.invitations p WHERE p.org_id = i.org_id AND p.invitation_id = i.parent_id))
     FROM longer WHERE i.org_id = $1 AND i.invitation_id = $2 AND i.expires_at IS NOT NULL AND longer.by <> interval '0'`,
    [tx.org, invitation, messageId, url, at, maxMailsToOne, instead.mails, instead.waitMs],
  )
}

/** Keeps the hash of what opens an invitation. */
export async function insertSecret(tx: Tx, invitation: number, secret: Secret): Promise<void> {
  await tx.execute(
    'INSERT INTO auth.invitation_secrets (org_id, sha256, invitation_id) VALUES ($1, $2, $3)',
    [tx.org, sha256(secret.expose()), invitation],
  )
}

/** Nothing that was sent of an invitation opens it any more. */
export async function forgetSecrets(tx: Tx, _: Granted<'user:join'>, invitation: number): Promise<void> {
  const of = [tx.org, invitation]
  await tx.execute('DELETE FROM auth.invitation_secrets WHERE org_id = $1 AND invitation_id = $2', of)
}

/** Organisations with a mail that is due. */
export async function organisationsWithMail(database: Pick<Database, 'once'>, now: Date): Promise<OrgId[]> {
  const Id = z.object({ id: z.int() })
  const rows = await database.once(Id, 'SELECT id FROM auth.organisations_with_mail($1) AS id', [now])
  return rows.map(({ id }) => orgId(id))
}

const Claimed = z.object({
  mail_id: z.coerce.number(),
  message_id: z.string(),
  invitation_id: z.int(),
  url: z.string(),
  attempts: z.int(),
})
export type Claimed = z.output<typeof Claimed>

/**
 * Takes one mail that is due and puts off its next attempt: a minute, then twice as long each time, an hour at most. Whoever
 * dies with it in hand has lost nothing.
 */
export async function claimMail(tx: Tx, now: Date): Promise<Claimed | null> {
  const [row] = await tx.query(
    Claimed,
    `WITH due AS MATERIALIZED (
       SELECT mail_id FROM auth.mails WHERE org_id = $1 AND due_at <= $2
       ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     UPDATE auth.mails m SET attempts = m.attempts + 1,
       due_at = $2::timestamptz + least(60, 2 ^ m.attempts) * interval '1 minute'
     FROM due WHERE m.org_id = $1 AND m.mail_id = due.mail_id
     RETURNING m.mail_id, m.message_id, m.invitation_id, m.url, m.attempts`,
    [tx.org, now],
  )
  return row ?? null
}

/** A mail is sent, or never will be. */
export async function dropMail(tx: Tx, mail: number): Promise<void> {
  await tx.execute('DELETE FROM auth.mails WHERE org_id = $1 AND mail_id = $2', [tx.org, mail])
}
