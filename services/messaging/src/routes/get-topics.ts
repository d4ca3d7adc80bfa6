import { getTopics, topicForClient } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readChannelFacts } from '../facts/channel-facts.ts'
import { readTopics } from '../repo/topics.ts'

const invalid = () => badRequest('Invalid channel ID')

export default route<typeof getTopics, Context, Tx>(
  getTopics,
  {
    async object({ input, tx, actor }) {
      const facts = await readChannelFacts(tx, actor, input.stream_id)
      if (!facts) throw invalid()
      return facts
    },
    hidden: invalid,
  },
  async ({ input, granted, tx }) => {
    const topics = await readTopics(tx, granted)
    return {
      topics: topics
        .toSorted((a, b) => b.max_id - a.max_id)
        .map(({ name, max_id }) => ({ name: topicForClient(name, input.allow_empty_topic_name), max_id })),
    }
  },
)
