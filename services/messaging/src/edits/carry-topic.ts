import type { Granted } from '@parley/access'
import { topicPolicy, type TopicPolicy } from '@parley/api'
import { userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, userTopicSet } from '@parley/events'
import { carryTopic, channelsOf, readChosen, readExtent, type Went } from '../repo/carried-topics.ts'
import { mergedPolicy } from '../rules/merged-policy.ts'

/**
 * Has what people set for a topic go where all of it went, and tells them; called behind the head, when it is there.
 * @param at seconds since the Unix epoch
 * @param holders whom a message came to where it was, if that keeps its history from newcomers: its topics are known to them alone
 */
export async function carryPolicies(
  tx: Tx,
  granted: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  went: Went,
  at: number,
  holders: ReadonlySet<number> | null = null,
): Promise<void> {
  const { from, to } = channelsOf(granted)
  if (!from || !to) return
  // Another spelling of one topic is that topic.
  if (from.channelId === to.channelId && went.before.toLowerCase() === went.after.toLowerCase()) return
  const { whole, merged } = await readExtent(tx, granted, went)
  const all = whole ? await readChosen(tx, granted, went) : []
  const chosen = holders ? all.filter(({ user }) => holders.has(user)) : all
  if (chosen.length === 0) return
  const wanted = chosen.map(({ user, policy, there }) => ({
    user,
    policy: mergedPolicy(policy, there, merged),
  }))
  await carryTopic(tx, granted, went, wanted, at)
  const told = (policy: TopicPolicy, topic: string, channel: number, users: readonly number[]) =>
    make(
      userTopicSet,
      { stream_id: channel, topic_name: topic, last_updated: at, visibility_policy: policy },
      { users: users.map(userId) },
    )
  const usersOf = (some: typeof wanted): number[] => some.map(({ user }) => user)
  const set = Map.groupBy(wanted, ({ policy }) => policy)
  await append(tx, null, [
    told(topicPolicy.inherit, went.before, from.channelId, usersOf(wanted)),
    ...[...set].flatMap(([policy, some]) =>
      policy === null ? [] : [told(policy, went.after, to.channelId, usersOf(some))],
    ),
  ])
}
