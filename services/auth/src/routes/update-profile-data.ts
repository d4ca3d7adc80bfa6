import { updateProfileData } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { append } from '@parley/events'
import { route } from '@parley/kit'
import { changeProfile } from '../change-profile.ts'
import type { AuthContext } from '../context.ts'

export default route<typeof updateProfileData, AuthContext, OrmTx>(
  updateProfileData,
  async ({ input, granted, rights, request, tx, ctx, signal }) => {
    const by = { renderer: ctx.renderer, signal }
    const events = await changeProfile(tx, granted, rights, input.data, request.url, by)
    if (events.length > 0) await append(tx, rights, events)
    return {}
  },
)
