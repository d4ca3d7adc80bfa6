import type { OrgId } from '@parley/core'
import { type Database, prepared, type Tx } from '@parley/db'
import { z } from 'zod'

const Kept = z.object({
  /** Rises with every change, in the order of commits. */
  version: z.int(),
  rules: z.array(z.object({ pattern: z.string(), url_template: z.string() })),
})
/** What an organisation links in texts, in its order. */
export type KeptLinkifiers = z.output<typeof Kept>

/** The organisation's linkifiers; everybody in it may know them. */
export const readLinkifiers = (database: Pick<Database, 'read'>, org: OrgId): Promise<KeptLinkifiers> =>
  database.read(org, async (tx) => {
    const [row] = await tx.query(
      Kept,
      'SELECT version, linkifiers AS rules FROM auth.v1_linkifiers WHERE org_id = $1',
      [org],
    )
    return row ?? { version: 0, rules: [] }
  })

/** Their version, as a transaction sees it; 0 where there never were any. */
export async function readLinkifierVersion(tx: Tx): Promise<number> {
  const [row] = await tx.query(
    Kept.pick({ version: true }),
    prepared('SELECT version FROM auth.v1_linkifiers WHERE org_id = $1'),
    [tx.org],
  )
  return row?.version ?? 0
}
