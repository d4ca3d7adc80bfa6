import { authSpectatorSnapshot } from '@parley/api'
import { orgId } from '@parley/core'
import { answer, lookingIn, notLoggedIn } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { spectatorState } from '../present/spectator-state.ts'
import { readIcon, readOrganisation } from '../repo/organisations.ts'

export default answer<typeof authSpectatorSnapshot, AuthContext>(authSpectatorSnapshot, ({ input, ctx }) =>
  ctx.database.read(orgId(input.org), async (tx) => {
    await lookingIn(tx, ctx.webPublic)
    const organisation = await readOrganisation(tx)
    if (!organisation) throw notLoggedIn()
    return spectatorState(organisation, await readIcon(tx), input)
  }),
)
