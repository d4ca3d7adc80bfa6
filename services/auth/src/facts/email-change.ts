import type { NewAddress } from '@parley/access'
import { type Secret, sha256 } from '@parley/core'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { readOrganisation } from '../repo/organisations.ts'
import { addressFacts, addressPolicy } from './address.ts'

/** What decides whether somebody's account may have another address. */
export const newAddress = async (tx: Tx, address: string): Promise<NewAddress> => ({
  kept: (await readOrganisation(tx))?.values['email_changes_disabled'] !== false,
  address: addressFacts(await addressPolicy(tx), address),
})

const Change = z.object({ change_id: z.int(), user_id: z.int(), email: z.string() })
/** Another address that somebody asked for. */
export type EmailChange = z.output<typeof Change>

const open = (now: string): string => `c.ended_at IS NULL AND c.expires_at > ${now}`

/** The open change that a secret belongs to, held until the transaction ends; null whatever is wrong with it. */
export async function emailChangeOf(tx: Tx, secret: Secret, now: Date): Promise<EmailChange | null> {
  const [row] = await tx.query(
    Change,
    `SELECT c.change_id, c.user_id, c.email FROM auth.email_change_secrets s
       JOIN auth.email_changes c ON c.org_id = s.org_id AND c.change_id = s.change_id
     WHERE s.org_id = $1 AND s.sha256 = $2 AND ${open('$3')} FOR NO KEY UPDATE OF c`,
    [tx.org, sha256(secret.expose()), now],
  )
  return row ?? null
}

/**
 * May a mail go to this address, for somebody who asks for it? Neither where another has it, nor where it got three in the
 * day before `now`. The asker is not told.
 */
export async function mayBeWrittenTo(tx: Tx, user: number, key: string, now: Date): Promise<boolean> {
  const [row] = await tx.query(
    z.object({ free: z.boolean() }),
    `SELECT NOT EXISTS (SELECT FROM auth.users u WHERE u.org_id = $1 AND u.email_key = $2 AND u.user_id <> $3)
       AND (SELECT count(*) FROM auth.email_changes c WHERE c.org_id = $1 AND c.email_key = $2
         AND c.asked_at > $4::timestamptz - interval '1 day') < 3 AS free`,
    [tx.org, key, user, now],
  )
  return row?.free === true
}

/** An open change whose account is in use, or one that was made; null where a mail about it would say nothing true. */
export async function emailChangeToSend(tx: Tx, id: number, now: Date) {
  const [row] = await tx.query(
    z.object({ email: z.string(), was: z.string().nullable(), expires_at: z.date() }),
    `SELECT c.email, c.was, c.expires_at FROM auth.email_changes c
       JOIN auth.users u ON u.org_id = c.org_id AND u.user_id = c.user_id AND u.is_active
     WHERE c.org_id = $1 AND c.change_id = $2 AND (c.was IS NOT NULL OR (${open('$3')}))`,
    [tx.org, id, now],
  )
  return row ?? null
}
