import { getMessage } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readMessageSettings } from '../facts/message-settings.ts'
import { oneMessage, there } from '../facts/readable-message.ts'
import { presentMessages } from '../present/message.ts'
import { readMessage } from '../repo/messages.ts'

export default route<typeof getMessage, Context, Tx>(
  getMessage,
  oneMessage,
  async ({ input, granted, ctx, tx }) => {
    const { historyVisibility } = await readMessageSettings(tx)
    const messages = await readMessage(tx, granted)
    const presented = presentMessages(messages, {
      applyMarkdown: input.apply_markdown,
      emptyTopicKnown: input.allow_empty_topic_name,
      historyVisibility,
      linkifiers: await ctx.linkifiers.within(tx),
    })
    const message = there(presented[0])
    return { raw_content: messages.rows[0]?.content ?? '', message }
  },
)
