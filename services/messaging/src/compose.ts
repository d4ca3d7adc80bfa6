import type { Actor, Granted } from '@parley/access'
import { StaleRights } from '@parley/events'
import { type UserId } from '@parley/core'
import { normaliseContent, type Rendered, type TopicLink } from '@parley/markdown'
import type { Alerted } from './alert-words.ts'
import { loadRenderContext } from './facts/render-context.ts'
import type { Found } from './facts/send-facts.ts'
import type { Target } from './facts/target.ts'
import { allOf, mentionInSend } from './group-mentions.ts'
import { checkSentTopic, topicHere, topicOf } from './new-topic.ts'
import { readThere } from './repo/alert-words.ts'
import { readParticipants } from './repo/participants.ts'
import { mostAlerted } from './rules/alert-matcher.ts'
import { fewPeople, refusedWildcard } from './rules/wildcard.ts'
import type { Sources } from './sources.ts'

/** What is to be said, as its sender wrote it. */
export interface Words {
  /** Required in channels, without meaning elsewhere. */
  readonly topic: string | undefined
  readonly content: string
  /** The organisation's address, without a slash at the end. */
  readonly url: string
  /** Whoever people and channels are named for; the sender, where nobody else is. */
  readonly seenBy?: Actor
}

/** A message before it is written. */
export interface Composed {
  readonly topic: string
  readonly topicLinks: readonly TopicLink[]
  readonly content: string
  readonly rendered: Rendered
  readonly wildcards: Wildcards
  /** Those mentioned one by one, by themselves or in groups. */
  readonly mentioned: readonly number[]
  /** What the decision rests on where the message is written. */
  readonly stands: Pick<Found, 'hash' | 'rights'>
}
interface Wildcards {
  readonly channelWildcard: boolean
  /** Whom the topic's mention means, and groups of too many to mark each. */
  readonly topicWildcard: readonly number[]
}

/**
 * Makes a message of what somebody who may send it wrote.
 * @param signal of the call, or of the job that it is sent by
 * @throws AppError for words that make none, for mentions of too many, for a topic that is none there, and for a new one where the sender begins none, and where too much code waits to be rendered; StaleRights where it is otherwise by now than
 *   it was decided on
 */
export async function compose(
  on: Sources,
  granted: Granted<'message:send'>,
  target: Target,
  words: Words,
  signal: AbortSignal,
): Promise<Composed> {
  const { longest } = target.found.facts
  // What the server says stands within its own limits.
  const content = normaliseContent(words.content, granted.actor.isSystemBot ? undefined : longest.content)
  const topic = await topicHere(on, granted, target, await topicOf(on, granted, target, words.topic))
  await checkSentTopic(on, granted, target, topic)
  const linkifiers = await on.linkifiers.get(granted.actor.orgId, target.found.facts.linkifiers)
  const where = { url: words.url, linkifiers }
  const context = await loadRenderContext(words.seenBy ?? granted.actor, content, where, on)
  const rendered = await on.renderer.render(granted.actor, content, context, signal)
  const topicLinks = linkifiers.topicLinks(topic)
  const wildcards = await wildcardsOf(on, granted, target, rendered, topic)
  const groups = await mentionInSend(on, granted, target, rendered.mentions.groups)
  return {
    topic,
    topicLinks,
    content,
    rendered,
    wildcards: { ...wildcards, topicWildcard: allOf(wildcards.topicWildcard, groups.many) },
    mentioned: allOf(rendered.mentions.users, groups.each),
    stands: groups.stands,
  }
}

/** Whom `@all` and `@topic` mention; refused where they are too many for this sender. What memory would refuse is read again first. */
async function wildcardsOf(
  on: Sources,
  granted: Granted<'message:send'>,
  target: Target,
  { mentions }: Rendered,
  topic: string,
): Promise<Wildcards> {
  const { channelWildcard } = mentions
  const { channel } = target.found.facts
  const { actor } = granted
  const people =
    channel && mentions.topicWildcard
      ? await on.database.read(actor.orgId, (tx) => readParticipants(tx, granted, topic))
      : []
  const channelMany = channelWildcard && channel?.many === true
  const refusal = refusedWildcard(actor, { channelMany, topicMany: people.length > fewPeople })
  if (refusal) {
    const now = await on.facts.get(actor.orgId, target.ask, { fresh: true })
    throw now.hash === target.found.hash ? refusal : new StaleRights()
  }
  return { channelWildcard, topicWildcard: people }
}

/** More than these are looked up before everybody waits, so many at most. */
const fewAlerted = 100
export const mostLookedUp = 5_000

/** Of whom the text alerts, those whom it may reach; some too many where they are few. */
export async function alertedOf(
  on: Sources,
  granted: Granted<'message:send'>,
  target: Target,
  { users }: Alerted,
): Promise<readonly UserId[]> {
  const { people } = target.found.facts
  if (people) {
    const reached = new Set<number>(people.map(({ id }) => id))
    return users.filter((user) => reached.has(user)).slice(0, mostAlerted)
  }
  if (users.length <= fewAlerted) return users
  const there = await on.database.read(granted.actor.orgId, (tx) =>
    readThere(tx, granted, users.slice(0, mostLookedUp)),
  )
  return there.slice(0, mostAlerted)
}
