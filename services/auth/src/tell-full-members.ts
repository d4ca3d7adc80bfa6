import type { OrgId } from '@parley/core'
import { readRights } from '@parley/db'
import { append } from '@parley/events'
import { commit } from './commit.ts'
import type { AuthContext } from './context.ts'
import { settleFull } from './repo/full-members.ts'
import { readOrganisation } from './repo/organisations.ts'
import { fullMemberEvents } from './rules/full-member-events.ts'

/**
 * Has the log say of some of an organisation's members that they have become full ones, which they are since their time
 * came. @returns of how many
 * @throws AppError UNAVAILABLE without the database, or where rights never stood still
 */
export const tellFullMembers = (ctx: AuthContext, org: OrgId): Promise<number> =>
  commit(ctx, org, null, async (tx) => {
    const rights = await readRights(tx)
    // It waits where the organisation is out of use. Looked at behind the rights, which taking it out moves.
    if ((await readOrganisation(tx))?.deactivated !== false) return 0
    const settled = await settleFull(tx)
    if (settled.length > 0) await append(tx, rights, fullMemberEvents(settled))
    return settled.length
  })
