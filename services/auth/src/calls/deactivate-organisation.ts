import { authorize, operator, sure } from '@parley/access'
import { deactivateOrganisation } from '@parley/api'
import { orgId } from '@parley/core'
import { readRights } from '@parley/db'
import { append } from '@parley/events'
import { answer } from '@parley/kit'
import { commitRevoking } from '../commit.ts'
import { type AuthContext, now } from '../context.ts'
import { endOrganisation } from '../end-organisation.ts'

export default answer<typeof deactivateOrganisation, AuthContext>(deactivateOrganisation, ({ input, ctx }) =>
  commitRevoking(ctx, orgId(input.org), async (tx) => {
    const granted = sure(authorize('organisation:end', operator(tx.org), null, await readRights(tx)))
    const events = await endOrganisation(tx, granted, now(ctx.clock))
    if (events.length > 0) await append(tx, granted.rights, events)
    return { changed: events.length > 0 }
  }),
)
