import { getTopics, topicForClient } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { oneChannel } from '../facts/readable-channel.ts'
import { readTopics } from '../repo/topics.ts'

export default route<typeof getTopics, Context, Tx>(getTopics, oneChannel, async ({ input, granted, tx }) => {
  const topics = await readTopics(tx, granted)
  return {
    topics: topics
      .toSorted((a, b) => b.max_id - a.max_id)
      .map(({ name, max_id }) => ({ name: topicForClient(name, input.allow_empty_topic_name), max_id })),
  }
})
