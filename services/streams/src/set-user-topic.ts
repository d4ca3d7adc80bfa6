import { type Actor, authorize, type ChannelFacts, type Granted } from '@parley/access'
import { maxUserTopics, topicPolicy, type TopicPolicy } from '@parley/api'
import { badRequest, type Clock, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, make, userTopicSet } from '@parley/events'
import { normaliseTopic } from '@parley/markdown'
import { countUserTopics, endUserTopic, setUserTopic } from './repo/user-topics.ts'
import { invalidChannelId } from './rules/unknown-channel.ts'

interface Asking {
  readonly tx: Tx
  readonly granted: Granted<'self:use'>
  readonly actor: Actor
  readonly rights: Rights
  readonly ctx: { readonly clock: Clock }
}

interface Wish {
  /** As the request names it, there or not. */
  readonly id: number
  readonly facts: ChannelFacts | null
  readonly topic: string
  readonly policy: TopicPolicy
}

/**
 * Sets what a person wants to see of a topic. What is set is ended wherever it is, also where the channel is not theirs
 * to read any longer; anything else needs a channel that they may read.
 * @returns false where nothing was to be done
 * @throws AppError the same for a channel that is not there, that may not be read, and that nothing was set for
 */
export async function setTopic(asking: Asking, { id, facts, topic: given, policy }: Wish): Promise<boolean> {
  const { tx, granted, actor, rights, ctx } = asking
  const topic = normaliseTopic(given)
  const at = Math.floor(ctx.clock.now() / 1000)
  const verdict = facts && authorize('channel:find', actor, facts, rights)
  // Written behind the head, as by whoever moves a topic: nobody waits for the other the wrong way round.
  let set
  if (policy === topicPolicy.inherit) {
    await hold(tx, rights)
    const ended = await endUserTopic(tx, granted, id, topic)
    if (!ended && !verdict?.ok) throw invalidChannelId()
    set = ended ? { stream_id: id, topic_name: topic, last_updated: at, visibility_policy: policy } : null
  } else {
    if (!verdict?.ok) throw invalidChannelId()
    await hold(tx, rights)
    set = await setUserTopic(tx, verdict.granted, { topic, policy, at })
    if (set && (await countUserTopics(tx, granted)) > maxUserTopics)
      throw badRequest(`Too many topics are muted, unmuted or followed (limit: ${maxUserTopics})`)
  }
  if (!set) return false
  await append(tx, rights, [make(userTopicSet, set, { users: [actor.userId] })])
  return true
}
