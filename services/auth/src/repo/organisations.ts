import type { Shown } from '@parley/access'
import { type OrgId, orgId } from '@parley/core'
import { type Database, KeptRealmGroups, only, type Tx } from '@parley/db'
import { beginLog } from '@parley/events'
import { z } from 'zod'
import { organisationValues } from '../rules/organisation-values.ts'
import { KeptSettings } from './organisation-settings.ts'

const OrgNumber = z.object({ org_id: z.int().nullable() })

/** The organisation a subdomain names; null names the root host, which is the first organisation's. */
export async function findOrganisation(database: Database, subdomain: string | null): Promise<number | null> {
  const [row] = await database.once(OrgNumber, 'SELECT auth.v1_org_by_subdomain($1) AS org_id', [subdomain])
  return row?.org_id ?? null
}

/** Draws a new organisation's number: everything about it is then written in its own name. */
export async function drawOrganisation(database: Database): Promise<OrgId> {
  const row = only(
    await database.once(z.object({ org_id: z.int() }), `SELECT nextval('auth.org_ids')::integer AS org_id`),
  )
  return orgId(row.org_id)
}

/**
 * Makes the organisation of the transaction and begins its log. Whoever may make organisations is decided by the caller
 * list of `auth.create-organisation`: before it there is nobody a rule could ask.
 * @returns false where the subdomain is taken
 */
export async function insertOrganisation(
  tx: Tx,
  organisation: { readonly name: string; readonly subdomain: string; readonly at: Date },
): Promise<boolean> {
  const inserted = await tx.execute(
    `INSERT INTO auth.organisations (org_id, subdomain, name, created_at)
     VALUES ($1, $2, $3, $4) ON CONFLICT (subdomain) DO NOTHING`,
    [tx.org, organisation.subdomain, organisation.name, organisation.at],
  )
  if (inserted === 0) return false
  await beginLog(tx)
  return true
}

const Organisation = z
  .object({
    subdomain: z.string(),
    name: z.string(),
    description: z.string(),
    created_at: z.date(),
    deactivated: z.boolean(),
    settings: KeptSettings,
    permissions: KeptRealmGroups,
  })
  .transform(({ settings, permissions, ...organisation }) => ({
    ...organisation,
    /** To which group it gives each permission. */
    groups: permissions,
    values: organisationValues(settings, organisation),
  }))
/** An organisation, with everything it sets about itself. */
export type Organisation = z.output<typeof Organisation>

const organisationRows = (tx: Tx, org: OrgId): Promise<Organisation[]> =>
  tx.query(
    Organisation,
    `SELECT o.subdomain, o.name, o.description, o.created_at, o.deactivated, s.settings, s.permissions
       FROM auth.v1_organisation o LEFT JOIN auth.settings s ON s.org_id = o.org_id WHERE o.org_id = $1`,
    [org],
  )

/** The transaction's organisation. Its name, description and address are shown before anybody signs in. */
export const readOrganisation = async (tx: Tx): Promise<Organisation | null> =>
  (await organisationRows(tx, tx.org))[0] ?? null

/** The same for who was found to be shown it. */
export const readShownOrganisation = async (
  tx: Tx,
  { spectator }: Shown<'spectator:look'>,
): Promise<Organisation> => only(await organisationRows(tx, spectator.orgId))

/** Where the organisation's icon is, from its URL on; without one of its own where that is found that all begin with. */
export async function readIcon(tx: Tx): Promise<string> {
  const [row] = await tx.query(
    z.object({ url: z.string() }),
    'SELECT url FROM uploads.v1_icon WHERE org_id = $1',
    [tx.org],
  )
  return row?.url ?? '/api/v1/realm/icon'
}
