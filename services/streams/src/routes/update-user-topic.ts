import { updateUserTopic } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsById } from '../facts/channel-facts.ts'
import { setTopic } from '../set-user-topic.ts'

export default route<typeof updateUserTopic, Context, Tx>(updateUserTopic, async (handled) => {
  const { stream_id: id, topic, visibility_policy: policy } = handled.input
  const facts = await channelFactsById(handled.tx, handled.actor, id)
  await setTopic(handled, { id, facts, topic, policy })
  return {}
})
