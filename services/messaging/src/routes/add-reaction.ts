import { addReaction } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, makeAbout, reactionChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readOwnEmoji } from '../facts/own-emoji.ts'
import { readOwnName } from '../facts/own-name.ts'
import { listing } from '../facts/listing.ts'
import { oneMessage } from '../facts/readable-message.ts'
import { followTakingPart } from '../follow-topic.ts'
import { readAudience } from '../repo/audience.ts'
import { adopt } from '../repo/flags.ts'
import { readMarkable } from '../repo/markable.ts'
import { insertReaction, readReactions } from '../repo/reactions.ts'
import { checkEmoji, type Emoji, parseEmojiKey } from '../rules/emoji.ts'

/** Different emoji on one message; each may be there once for every reader. */
const mostEmoji = 100

export default route<typeof addReaction, Context, Tx>(
  addReaction,
  oneMessage,
  async ({ input, granted, actor, rights, tx, ctx }) => {
    const given = { name: input.emoji_name, code: input.emoji_code, type: input.reaction_type }
    const person = await readOwnName(tx, actor)
    await hold(tx, rights)
    // Behind the head: nobody takes an emoji out of use meanwhile.
    const own = await readOwnEmoji(tx, given)
    const key = parseEmojiKey(given, own)
    const there = await readReactions(tx, granted)
    const same = there.find((r) => r.emoji_code === key.code && r.reaction_type === key.type)
    const emoji: Emoji = same ? { ...key, name: same.emoji_name } : checkEmoji(input.emoji_name, key, own)
    if (!same && new Set(there.map((r) => `${r.reaction_type} ${r.emoji_code}`)).size >= mostEmoji)
      throw badRequest(`Too many different reactions (limit: ${mostEmoji})`)
    if (!(await insertReaction(tx, granted, emoji)))
      throw new AppError('REACTION_ALREADY_EXISTS', 'Reaction already exists.')
    // A reaction makes a message from before one's time one's own.
    const list = listing(actor, rights)
    if (!granted.object.received)
      await adopt(tx, list, await readMarkable(tx, list, { op: 'add', flag: 'own' }, [input.message_id]))
    const body = {
      op: 'add' as const,
      message_id: input.message_id,
      emoji_name: emoji.name,
      emoji_code: emoji.code,
      reaction_type: emoji.type,
      user_id: actor.userId,
      ...person,
    }
    const told = makeAbout(reactionChanged, body, await readAudience(tx, granted))
    const followed = await followTakingPart(tx, granted, Math.floor(ctx.clock.now() / 1000))
    await append(tx, rights, [told, ...followed])
    return {}
  },
)
