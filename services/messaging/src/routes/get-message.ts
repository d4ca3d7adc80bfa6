import { show } from '@parley/access'
import { getMessage } from '@parley/api'
import { readSpectator, type Tx } from '@parley/db'
import { alsoForSpectators, notLoggedIn, route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readMessageFacts } from '../facts/message-facts.ts'
import { readMessageSettings } from '../facts/message-settings.ts'
import { oneMessage, there } from '../facts/readable-message.ts'
import { nobody } from '../facts/nobody.ts'
import { presentMessages } from '../present/message.ts'
import { presentShown } from '../present/shown.ts'
import { readMessage, readShownMessage } from '../repo/messages.ts'

const forAccounts = route<typeof getMessage, Context, Tx>(
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

export default alsoForSpectators<typeof getMessage, Context, Tx>(forAccounts, async ({ input, ctx, tx }) => {
  const spectator = await readSpectator(tx, ctx.webPublic)
  const facts = await readMessageFacts(tx, nobody, input.message_id)
  const verdict = facts && show('spectator:message', spectator, facts)
  const messages = verdict?.ok ? await readShownMessage(tx, verdict.shown) : null
  const [message] = messages
    ? presentShown(messages, {
        applyMarkdown: input.apply_markdown,
        emptyTopicKnown: input.allow_empty_topic_name,
        linkifiers: await ctx.linkifiers.within(tx),
      })
    : []
  if (!message) throw notLoggedIn()
  return { raw_content: messages?.rows[0]?.content ?? '', message }
})
