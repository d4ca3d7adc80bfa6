import { addSubmessage } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, makeAbout, submessageAdded } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readAnswering } from '../facts/answering.ts'
import { invalidMessage } from '../facts/readable-message.ts'
import { followTakingPart } from '../follow-topic.ts'
import { readAudience } from '../repo/audience.ts'
import { countSubmessages, insertSubmessage, readWidget } from '../repo/submessages.ts'
import { authorsOnly, checkAddition, checkRoom, parseAddition } from '../rules/submessage.ts'

export default route<typeof addSubmessage, Context, Tx>(
  addSubmessage,
  {
    async object({ input, tx, actor }) {
      const authorOnly = authorsOnly(parseAddition(input.content)) !== null
      const answering = await readAnswering(tx, actor, input.message_id, authorOnly)
      if (!answering) throw invalidMessage()
      return answering
    },
    hidden: invalidMessage,
    denied: ({ content }) =>
      badRequest(authorsOnly(parseAddition(content)) ?? 'You cannot attach a submessage to this message.'),
  },
  async ({ input, granted, rights, tx, ctx }) => {
    await hold(tx, rights)
    const widget = await readWidget(tx, granted)
    if (!widget) throw badRequest('You cannot attach a submessage to this message.')
    const content = checkAddition(widget.widget_type, parseAddition(input.content))
    checkRoom(await countSubmessages(tx, granted), content)
    const added = await insertSubmessage(tx, granted, content)
    const told = makeAbout(submessageAdded, added, await readAudience(tx, granted))
    const followed = await followTakingPart(tx, granted, Math.floor(ctx.clock.now() / 1000))
    await append(tx, rights, [told, ...followed])
    return {}
  },
)
