import type { Granted } from '@parley/access'
import { topicPolicy } from '@parley/api'
import { userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, appendedIn, hold, make, type NewEvent, userTopicSet } from '@parley/events'
import type { Context } from './context.ts'
import type { Facts } from './facts/send-facts.ts'
import {
  raiseTopic,
  type Raising,
  readMentionFollowers,
  readSentTopic,
  readTakenPart,
  type SentTo,
} from './repo/automatic-topics.ts'
import { automaticPolicy, did, type RaisedPolicy } from './rules/automatic-policy.ts'

/** What became of a topic by itself: for the sender, and what the log says of it. */
interface Followed {
  readonly policy: RaisedPolicy | null
  readonly events: readonly NewEvent[]
}
/** So many mentioned people at the most have a topic followed by one message, behind the head. */
const mostMentioned = 50
const nothing: Followed = { policy: null, events: [] }

/**
 * What of a message that was sent may change a topic for anybody; null for nothing, which costs nothing: what is asked
 * here was found with the facts that the send was decided on.
 */
function concerning({ channel, actor, followsMentions }: Facts, sent: SentTo): SentTo | null {
  if (!channel) return null
  // A message to many is none of theirs in particular, as one to a group is not.
  const mentioned = followsMentions && sent.mentioned.length <= mostMentioned ? sent.mentioned : []
  return actor?.automatic || mentioned.length > 0 ? { ...sent, mentioned } : null
}

type Wanted = readonly (Omit<Raising, 'at'> & { readonly own: boolean })[]

/** For whom the topic of a message becomes something by itself, and what. */
async function wantedOf(
  tx: Tx,
  granted: Granted<'message:send'>,
  { actor }: Facts,
  sent: SentTo,
): Promise<Wanted> {
  const { object } = granted
  if (object.kind !== 'channel') return []
  const { channel } = object
  const { topic } = sent
  const wishes = actor?.automatic ?? null
  const state = wishes && (await readSentTopic(tx, granted, sent))
  const policy = wishes && state ? automaticPolicy(wishes, state.begun ? did.send : did.begin, state) : null
  const followers = await readMentionFollowers(tx, granted, sent)
  return [
    ...(policy === null
      ? []
      : [{ channel, topic, users: [granted.actor.userId], policy, evenMuted: true, own: true }]),
    ...(followers.length === 0
      ? []
      : [{ channel, topic, users: followers, policy: topicPolicy.followed, evenMuted: false, own: false }]),
  ]
}

const told = ({ channel, topic, policy, at }: Raising, users: readonly number[]): NewEvent[] =>
  users.length === 0
    ? []
    : [
        make(
          userTopicSet,
          { stream_id: channel.channelId, topic_name: topic, last_updated: at, visibility_policy: policy },
          { users: users.map(userId) },
        ),
      ]

/**
 * Has the topic of a message that was sent followed or unmuted for its sender and for whom it mentions, where they want that;
 * called behind the head. @param at seconds since the Unix epoch
 */
export async function followSent(
  tx: Tx,
  granted: Granted<'message:send'>,
  facts: Facts,
  given: SentTo,
  at: number,
): Promise<Followed> {
  const sent = concerning(facts, given)
  if (!sent) return nothing
  let policy: RaisedPolicy | null = null
  const events: NewEvent[] = []
  for (const { own, ...wanted } of await wantedOf(tx, granted, facts, sent)) {
    const raising = { ...wanted, at }
    const users = await raiseTopic(tx, granted, raising)
    if (own && users.length > 0) policy = wanted.policy
    events.push(...told(raising, users))
  }
  return { policy, events }
}

/**
 * The same once the message is committed, in a transaction of its own: sends are written together, and those of people who
 * want nothing of this do not wait for it. What fails here is told of to who runs this: the message is there, its answer says
 * so, and nobody sends it again for its topic.
 * @returns what the topic became for its sender, if anything
 */
export async function followCommitted(
  ctx: Pick<Context, 'database' | 'clock' | 'hint' | 'following' | 'report'>,
  granted: Granted<'message:send'>,
  facts: Facts,
  given: SentTo,
  signal: AbortSignal,
): Promise<RaisedPolicy | null> {
  const sent = concerning(facts, given)
  if (!sent) return null
  const { orgId, userId: sender } = granted.actor
  try {
    // Nothing is kept of it but what its answer needs.
    const waiting = { account: sender, revokes: false, bytes: 0, signal }
    return await ctx.following.take(orgId, waiting, () => follow(ctx, granted, facts, sent))
  } catch (error) {
    ctx.report('follow-topic', error)
    return null
  }
}

async function follow(
  ctx: Pick<Context, 'database' | 'clock' | 'hint'>,
  granted: Granted<'message:send'>,
  facts: Facts,
  sent: SentTo,
): Promise<RaisedPolicy | null> {
  const { orgId } = granted.actor
  // Mostly all of it is so already: nobody waits for the head to find that out.
  const wanted = await ctx.database.read(orgId, (tx) => wantedOf(tx, granted, facts, sent))
  if (wanted.length === 0) return null
  const { policy, appended } = await ctx.database.write(orgId, async (tx) => {
    await hold(tx, null)
    const followed = await followSent(tx, granted, facts, sent, Math.floor(ctx.clock.now() / 1000))
    if (followed.events.length > 0) await append(tx, null, followed.events)
    return { policy: followed.policy, appended: appendedIn(tx) }
  })
  if (appended) ctx.hint(orgId, appended.seq)
  return policy
}

/** Has the topic of a message followed or unmuted for who took part in it otherwise than by sending; behind the head. */
export async function followTakingPart(
  tx: Tx,
  granted: Granted<'message:react'> | Granted<'message:answer'>,
  at: number,
): Promise<NewEvent[]> {
  const there = await readTakenPart(tx, granted)
  const policy = there && automaticPolicy(there, did.takePart, there)
  if (!there || policy === null) return []
  const users = [granted.actor.userId]
  const raising = { channel: there.channel, topic: there.topic, users, policy, evenMuted: true, at }
  return told(raising, await raiseTopic(tx, granted, raising))
}
