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

const Change = z.object({ change_id: z.int(), user_id: z.int(), generation: z.int(), email: z.string() })
/** Another address that somebody asked for, by credentials of that generation. */
export type EmailChange = z.output<typeof Change>

const open = (now: string): string => `c.ended_at IS NULL AND c.expires_at > ${now}`

/** The open change that a secret belongs to, held until the transaction ends; null whatever is wrong with it. */
export async function emailChangeOf(tx: Tx, secret: Secret, now: Date): Promise<EmailChange | null> {
  const [row] = await tx.query(
    Change,
    `SELECT c.change_id, c.user_id, c.generation, c.email FROM auth.email_change_secrets s
       JOIN auth.email_changes c ON c.org_id = s.org_id AND c.change_id = s.change_id
     WHERE s.org_id = $1 AND s.sha256 = $2 AND ${open('$3')} AND c.generation IS NOT NULL FOR NO KEY UPDATE OF c`,
    [tx.org, sha256(secret.expose()), now],
  )
  return row ?? null
}

/** Has anybody but who asks this address? */
export async function isTaken(tx: Tx, user: number, key: string): Promise<boolean> {
  const [row] = await tx.query(
    z.object({ taken: z.boolean() }),
    `SELECT EXISTS (SELECT FROM auth.users WHERE org_id = $1 AND email_key = $2 AND user_id <> $3) AS taken`,
    [tx.org, key, user],
  )
  return row?.taken === true
}

/** An open change whose account is in use and has what asked for it, or one that was made; null where a mail about it would say nothing true. */
export async function emailChangeToSend(tx: Tx, id: number, now: Date) {
  const [row] = await tx.query(
    z.object({ email: z.string(), was: z.string().nullable(), expires_at: z.date() }),
    `SELECT c.email, c.was, c.expires_at FROM auth.email_changes c
       JOIN auth.users u ON u.org_id = c.org_id AND u.user_id = c.user_id AND u.is_active
     WHERE c.org_id = $1 AND c.change_id = $2 AND (c.was IS NOT NULL OR (c.generation = u.generation AND ${open('$3')}))`,
    [tx.org, id, now],
  )
  return row ?? null
}
