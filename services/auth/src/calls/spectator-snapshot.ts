import { authSpectatorSnapshot } from '@parley/api'
import { orgId } from '@parley/core'
import { answer, lookingIn } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { spectatorState } from '../present/spectator-state.ts'
import { readIcon, readShownOrganisation } from '../repo/organisations.ts'

export default answer<typeof authSpectatorSnapshot, AuthContext>(authSpectatorSnapshot, ({ input, ctx }) =>
  ctx.database.read(orgId(input.org), async (tx) => {
    const shown = await lookingIn(tx, ctx.webPublic)
    return spectatorState(await readShownOrganisation(tx, shown), await readIcon(tx), input)
  }),
)
