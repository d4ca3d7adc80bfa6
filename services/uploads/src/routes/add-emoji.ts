import { authorize, isAdmin, type Reason } from '@parley/access'
import { addEmoji, maxEmoji, maxEmojiByPeople, maxEmojiByPerson } from '@parley/api'
import { type AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { hold } from '@parley/events'
import { commitAsked, route } from '@parley/kit'
import type { Context } from '../context.ts'
import { insertEmoji, readEmoji } from '../repo/emoji.ts'
import { insertImage } from '../repo/images.ts'
import { emojiName, hidesBuiltIn } from '../rules/emoji-name.ts'
import { tellEmoji } from '../tell-emoji.ts'

const insufficient = (): AppError => badRequest('Insufficient permission')

export default route<typeof addEmoji, Context, Tx>(
  addEmoji,
  {
    object: async ({ input }) => ({ hidesBuiltIn: hidesBuiltIn(input.emoji_name) }),
    hidden: insufficient,
    denied: (_, reason) => refusal(reason),
  },
  async (handling) => {
    const { input, principal, ctx } = handling
    const name = emojiName(input.emoji_name)
    if (input.image === undefined) throw badRequest('You must upload exactly one file.')
    const { picture, still } = await ctx.images.emoji(principal, input.image)
    // Decoding took its time: who asks may have lost the right meanwhile.
    return commitAsked(ctx, handling, async (tx, who) => {
      const wanted = { hidesBuiltIn: hidesBuiltIn(name) }
      const verdict = authorize('emoji:add', who.actor, wanted, who.rights)
      if (!verdict.ok) throw refusal(verdict.reason)
      const { granted } = verdict
      // One change after another: each tells of all that there are.
      await hold(tx, granted.rights)
      const all = Object.values(await readEmoji(tx, granted))
      if (all.some((emoji) => emoji.name === name && !emoji.deactivated))
        throw badRequest('A custom emoji with this name already exists.')
      const most = isAdmin(who.actor) ? maxEmoji : maxEmojiByPeople
      if (all.length >= most) throw tooMany(most)
      const own = all.filter((emoji) => emoji.author_id === who.actor.userId).length
      if (own >= maxEmojiByPerson && !isAdmin(who.actor)) throw tooMany(maxEmojiByPerson)
      const path = await insertImage(tx, granted, ctx, 'emoji/images', picture)
      const stillPath = still && (await insertImage(tx, granted, ctx, 'emoji/images/still', still))
      await tellEmoji(tx, granted, 'add', await insertEmoji(tx, granted, { name, path, stillPath }))
      return {}
    })
  },
)

const tooMany = (limit: number): AppError => badRequest(`Too many custom emoji (limit: ${limit})`)

function refusal(reason: Reason): AppError {
  switch (reason) {
    case 'admins-only':
      return badRequest('Only administrators can override default emoji.')
    case 'people-only':
      return badRequest('This endpoint does not accept bot requests.')
    default:
      return insufficient()
  }
}
