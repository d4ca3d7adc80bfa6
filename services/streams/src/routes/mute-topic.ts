import { channelNameKey, muteTopic, topicPolicy } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { type Handling, route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsById, channelFactsByName } from '../facts/channel-facts.ts'
import { invalidChannelId } from '../rules/unknown-channel.ts'
import { setTopic } from '../set-user-topic.ts'

export default route<typeof muteTopic, Context, Tx>(muteTopic, async (handled) => {
  const { topic, op } = handled.input
  const { id, facts } = await named(handled)
  const adding = op === 'add'
  const policy = adding ? topicPolicy.muted : topicPolicy.inherit
  // Doing it again does nothing, so an answer that was lost may be asked for again; ending nothing is a fault.
  const done = await setTopic(handled, { id, facts, topic, policy })
  if (!done && !adding) throw badRequest('Nothing to be done')
  return {}
})

/** The channel by its number or its name: one of the two. */
async function named({ input, tx, actor }: Handling<typeof muteTopic, Context, Tx>) {
  const { stream_id: id, stream: name } = input
  if (id !== undefined && name !== undefined)
    throw new AppError('REQUEST_CONFUSING_VAR', "Can't decide between 'stream_id' and 'stream' arguments", {
      data: { var_name1: 'stream_id', var_name2: 'stream' },
    })
  if (id !== undefined) return { id, facts: await channelFactsById(tx, actor, id) }
  if (name === undefined)
    throw new AppError('REQUEST_VARIABLE_MISSING', "Missing 'stream_id' argument", {
      data: { var_name: 'stream_id' },
    })
  const key = channelNameKey(name)
  const facts = (await channelFactsByName(tx, actor, [name])).get(key)
  if (!facts) throw invalidChannelId()
  return { id: facts.channelId, facts }
}
