import { show } from '@parley/access'
import { getTopics, topicForClient } from '@parley/api'
import { readSpectator, type Tx } from '@parley/db'
import { alsoForSpectators, notLoggedIn, route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readChannelFacts } from '../facts/channel-facts.ts'
import { oneChannel } from '../facts/readable-channel.ts'
import { nobody } from '../facts/nobody.ts'
import { readTopics, type TopicRow } from '../repo/topics.ts'

const presented = (topics: readonly TopicRow[], emptyTopicKnown: boolean) => ({
  topics: topics
    .toSorted((a, b) => b.max_id - a.max_id)
    .map(({ name, max_id }) => ({ name: topicForClient(name, emptyTopicKnown), max_id })),
})

const forAccounts = route<typeof getTopics, Context, Tx>(
  getTopics,
  oneChannel,
  async ({ input, granted, tx }) => presented(await readTopics(tx, granted), input.allow_empty_topic_name),
)

export default alsoForSpectators<typeof getTopics, Context, Tx>(forAccounts, async ({ input, ctx, tx }) => {
  const spectator = await readSpectator(tx, ctx.webPublic)
  const facts = await readChannelFacts(tx, nobody, input.stream_id)
  const verdict = facts && show('spectator:channel', spectator, facts)
  if (!verdict?.ok) throw notLoggedIn()
  const { shown } = verdict
  const topics = await ctx.looks.run(tx, nobody, () => readTopics(tx, shown))
  return presented(topics, input.allow_empty_topic_name)
})
