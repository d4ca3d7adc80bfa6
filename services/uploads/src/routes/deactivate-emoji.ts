import { deactivateEmoji } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { hold, StaleRights } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { findEmoji, setDeactivated } from '../repo/emoji.ts'
import { tellEmoji } from '../tell-emoji.ts'

const unknown = ({ emoji_name: name }: { readonly emoji_name: string }): AppError =>
  new AppError('NOT_FOUND', `Emoji '${name}' does not exist`)

export default route<typeof deactivateEmoji, Context, Tx>(
  deactivateEmoji,
  {
    object: async ({ input, tx }) => {
      const emoji = await findEmoji(tx, input.emoji_name)
      if (!emoji) throw unknown(input)
      return emoji
    },
    hidden: unknown,
    denied: () => badRequest('Must be an organization administrator or emoji author'),
  },
  async ({ granted, tx }) => {
    await hold(tx, granted.rights)
    // Somebody else was first: what bears the name now, if anything, is to be looked at anew.
    if (!(await setDeactivated(tx, granted))) throw new StaleRights()
    await tellEmoji(tx, granted, 'deactivate', granted.object.emojiId)
    return {}
  },
)
