import { getMessage } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readMessageFacts } from '../facts/message-facts.ts'
import { presentMessages } from '../present/message.ts'
import { readMessage } from '../repo/messages.ts'

const invalid = () => badRequest('Invalid message(s)')

export default route<typeof getMessage, Context, Tx>(
  getMessage,
  {
    async object({ input, tx, actor }) {
      const facts = await readMessageFacts(tx, actor, input.message_id)
      if (!facts) throw invalid()
      return facts
    },
    hidden: invalid,
  },
  async ({ input, granted, tx }) => {
    const messages = await readMessage(tx, granted)
    const [message] = presentMessages(messages, {
      applyMarkdown: input.apply_markdown,
      clientGravatar: true,
      emptyTopicKnown: input.allow_empty_topic_name,
    })
    if (!message) throw invalid()
    return { raw_content: messages.rows[0]?.content ?? '', message }
  },
)
