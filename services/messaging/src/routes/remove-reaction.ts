import { removeReaction } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, makeAbout, reactionChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readOwnEmoji } from '../facts/own-emoji.ts'
import { readOwnName } from '../facts/own-name.ts'
import { oneMessage } from '../facts/readable-message.ts'
import { readAudience } from '../repo/audience.ts'
import { deleteReaction } from '../repo/reactions.ts'
import { parseEmojiKey } from '../rules/emoji.ts'

export default route<typeof removeReaction, Context, Tx>(
  removeReaction,
  oneMessage,
  async ({ input, granted, actor, rights, tx }) => {
    const given = { name: input.emoji_name, code: input.emoji_code, type: input.reaction_type }
    const person = await readOwnName(tx, actor)
    await hold(tx, rights)
    // Behind the head: nobody takes an emoji out of use meanwhile.
    const own = await readOwnEmoji(tx, given)
    const key = parseEmojiKey(given, own)
    const name = await deleteReaction(tx, granted, key)
    if (name === null) throw new AppError('REACTION_DOES_NOT_EXIST', "Reaction doesn't exist.")
    const body = {
      op: 'remove' as const,
      message_id: input.message_id,
      emoji_name: name,
      emoji_code: key.code,
      reaction_type: key.type,
      user_id: actor.userId,
      ...person,
    }
    await append(tx, rights, [makeAbout(reactionChanged, body, await readAudience(tx, granted))])
    return {}
  },
)
