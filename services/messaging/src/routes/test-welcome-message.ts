import { authorize, sure } from '@parley/access'
import { testWelcomeMessage } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { compose } from '../compose.ts'
import type { Context } from '../context.ts'
import { readNotificationBot } from '../facts/notification-bot.ts'
import { findTarget, stillIs } from '../facts/target.ts'
import { sendKey } from '../rules/send-key.ts'
import { writeComposed } from '../write-composed.ts'

const notAdmin = (): AppError =>
  new AppError('UNAUTHORIZED_PRINCIPAL', 'Must be an organization administrator')

export default route<typeof testWelcomeMessage, Context, Tx>(
  testWelcomeMessage,
  {
    async object({ actor, ctx }) {
      await stillIs(ctx.facts, actor)
      return { ownersOnly: false }
    },
    hidden: notAdmin,
    denied: notAdmin,
  },
  async ({ input, actor, request, ctx, signal }) => {
    const { actor: bot } = await ctx.database.read(actor.orgId, readNotificationBot)
    const target = await findTarget(ctx.facts, bot, { kind: 'people', ids: [actor.userId] })
    // Who is not to be written to has been refused where they were looked for.
    const granted = sure(authorize('message:send', bot, target.object, target.found.rights))
    const words = { topic: undefined, content: input.welcome_message_custom_text, url: request.url }
    // As it would be for who is new: it names nobody whom its reader does not see.
    const composed = await compose(ctx, granted, target, { ...words, seenBy: actor }, signal)
    const { id } = await writeComposed(ctx, granted, target, composed, {
      // The bot has no keys of its own: two who ask alike get a message each.
      key: sendKey(bot.userId, {}, ctx.ids),
      client: request.client,
      timestamp: Math.floor(ctx.clock.now() / 1000),
      senderRead: false,
      queueId: null,
      localId: null,
    })
    return { message_id: id }
  },
)
