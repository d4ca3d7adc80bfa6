import { authorize, operator, sure } from '@parley/access'
import { reactivateOrganisation } from '@parley/api'
import { orgId } from '@parley/core'
import { readRights } from '@parley/db'
import { append, make, organisationReactivated } from '@parley/events'
import { answer } from '@parley/kit'
import { commit } from '../commit.ts'
import type { AuthContext } from '../context.ts'
import { setUse } from '../repo/organisation-use.ts'
import { turnOfAccounts } from '../sight.ts'

export default answer<typeof reactivateOrganisation, AuthContext>(
  reactivateOrganisation,
  ({ input, ctx, signal }) =>
    commit(ctx, orgId(input.org), signal, async (tx) => {
      await turnOfAccounts(tx)
      const granted = sure(authorize('organisation:restore', operator(tx.org), null, await readRights(tx)))
      const changed = await setUse(tx, granted)
      if (changed) await append(tx, granted.rights, [make(organisationReactivated, { by: null })])
      return { changed }
    }),
)
