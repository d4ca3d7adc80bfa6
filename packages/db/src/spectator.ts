import { limitsGuests, type Spectator, spectatorChannels } from '@parley/access'
import { z } from 'zod'
import { predicateSql } from './predicate-sql.ts'
import { KeptRealmGroups } from './realm-groups.ts'
import type { Tx } from './tx.ts'

const Row = z.object({ let_in: z.boolean(), permissions: KeptRealmGroups })

/**
 * Who has no account, as the transaction's organisation stands to them at this moment.
 * @param webPublic does the server let there be web-public channels?
 */
export async function readSpectator(tx: Tx, webPublic: boolean): Promise<Spectator> {
  const [row] = await tx.query(
    Row,
    `SELECT coalesce(s.settings -> 'enable_spectator_access' = 'true'::jsonb, false) AND NOT o.deactivated AS let_in,
        p.permissions
      FROM auth.v1_organisation o
      LEFT JOIN auth.v1_settings s ON s.org_id = o.org_id
      LEFT JOIN auth.v1_permissions p ON p.org_id = o.org_id
      WHERE o.org_id = $1`,
    [tx.org],
  )
  return {
    orgId: tx.org,
    letIn: webPublic && row?.let_in === true,
    seesWriters: row !== undefined && !limitsGuests(row.permissions),
  }
}

/** Which channels spectators are shown, as SQL over rows of them. @param channel the rows' alias */
export const spectatorChannelsSql = (channel: string): string =>
  predicateSql(spectatorChannels, {
    'web-public': `${channel}.is_web_public`,
    private: `${channel}.invite_only`,
    'shared-history': `${channel}.history_public_to_subscribers`,
    archived: `${channel}.archived`,
  })
