import { authorize, operator } from '@parley/access'
import { reactivateOrganisation } from '@parley/api'
import { orgId } from '@parley/core'
import { readRights } from '@parley/db'
import { append, make, organisationReactivated } from '@parley/events'
import { answer } from '@parley/kit'
import { commit } from '../commit.ts'
import type { AuthContext } from '../context.ts'
import { insufficient } from '../present/refusal.ts'
import { setUse } from '../repo/organisation-use.ts'
import { turnOfAccounts } from '../sight.ts'

export default answer<typeof reactivateOrganisation, AuthContext>(
  reactivateOrganisation,
  ({ input, ctx, signal }) =>
    commit(ctx, orgId(input.org), signal, async (tx) => {
      await turnOfAccounts(tx)
      const verdict = authorize('organisation:restore', operator(tx.org), null, await readRights(tx))
      if (!verdict.ok) throw insufficient()
      const changed = await setUse(tx, verdict.granted)
      if (changed) await append(tx, verdict.granted.rights, [make(organisationReactivated, { by: null })])
      return { changed }
    }),
)
