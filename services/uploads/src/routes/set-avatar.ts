import { setAvatar } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { avatarRefusal, avatarsDisabled, setAvatar as setOwn } from '../change-avatar.ts'
import type { Context } from '../context.ts'
import { avatarsFixed } from '../repo/avatars.ts'

export default route<typeof setAvatar, Context, Tx>(
  setAvatar,
  {
    object: async ({ actor, ctx }) => ({ disabled: await ctx.database.read(actor.orgId, avatarsFixed) }),
    hidden: avatarsDisabled,
    denied: (_, reason) => avatarRefusal(reason),
  },
  async (handling) => ({ avatar_url: await setOwn(handling.ctx, handling, handling.input.image) }),
)
