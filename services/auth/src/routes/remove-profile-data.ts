import { removeProfileData } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { append } from '@parley/events'
import { route } from '@parley/kit'
import { changeProfile } from '../change-profile.ts'
import type { AuthContext } from '../context.ts'

export default route<typeof removeProfileData, AuthContext, OrmTx>(
  removeProfileData,
  async ({ input, granted, rights, request, tx, ctx, signal }) => {
    const empty = input.data.map((id) => ({ id, value: null }))
    const by = { renderer: ctx.renderer, signal }
    const events = await changeProfile(tx, granted, rights, empty, request.url, by)
    if (events.length > 0) await append(tx, rights, events)
    return {}
  },
)
