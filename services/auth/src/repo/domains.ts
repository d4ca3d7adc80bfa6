import type { Granted } from '@parley/access'
import { RealmDomain } from '@parley/api'
import { only, type Tx } from '@parley/db'
import { z } from 'zod'

type Seen = Granted<'organisation:read'> | Granted<'organisation:change'> | Granted<'user:list'>
const Numbered = z.object({ domain_id: z.int() })

/** The organisation's domains, by name. Everybody in it is told of them. */
export const readDomains = (tx: Tx, { actor }: Seen): Promise<RealmDomain[]> =>
  tx.query(
    RealmDomain,
    'SELECT domain, allow_subdomains FROM auth.domains WHERE org_id = $1 ORDER BY domain COLLATE "C"',
    [actor.orgId],
  )

/** Adds a domain. @returns its number */
export async function insertDomain(
  tx: Tx,
  _: Granted<'organisation:change'>,
  { domain, allow_subdomains: below }: RealmDomain,
): Promise<number> {
  const insert = `INSERT INTO auth.domains (org_id, domain, allow_subdomains) VALUES ($1, $2, $3) RETURNING domain_id`
  return only(await tx.query(Numbered, insert, [tx.org, domain, below])).domain_id
}

/** Says whether what is below it comes in too. @returns its number; null where there is none, or it says so already */
export async function setSubdomains(
  tx: Tx,
  _: Granted<'organisation:change'>,
  { domain, allow_subdomains: below }: RealmDomain,
): Promise<number | null> {
  const [row] = await tx.query(
    Numbered,
    `UPDATE auth.domains SET allow_subdomains = $3 WHERE org_id = $1 AND domain = $2 AND allow_subdomains <> $3
     RETURNING domain_id`,
    [tx.org, domain, below],
  )
  return row?.domain_id ?? null
}

/** Takes a domain away. @returns its number; null where there is none */
export async function deleteDomain(
  tx: Tx,
  _: Granted<'organisation:change'>,
  domain: string,
): Promise<number | null> {
  const [row] = await tx.query(
    Numbered,
    'DELETE FROM auth.domains WHERE org_id = $1 AND domain = $2 RETURNING domain_id',
    [tx.org, domain],
  )
  return row?.domain_id ?? null
}
