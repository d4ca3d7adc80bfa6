import { removeAvatar } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { avatarRefusal, avatarsDisabled, removeAvatar as removeOwn } from '../change-avatar.ts'
import type { Context } from '../context.ts'
import { avatarsFixed } from '../repo/avatars.ts'

export default route<typeof removeAvatar, Context, Tx>(
  removeAvatar,
  {
    object: async ({ tx }) => ({ disabled: await avatarsFixed(tx) }),
    hidden: avatarsDisabled,
    denied: (_, reason) => avatarRefusal(reason),
  },
  async ({ tx, granted }) => ({ avatar_url: await removeOwn(tx, granted) }),
)
