import { type ChannelFacts, decide, type Granted, type NewTopic } from '@parley/access'
import { badRequest, type GroupId } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { StaleRights } from '@parley/events'
import { normaliseTopic } from '@parley/markdown'
import type { Sources } from './sources.ts'
import type { Target } from './facts/target.ts'
import { isTopic, readTopicsPolicy } from './repo/topics.ts'
import { checkResolvable } from './rules/resolved.ts'
import { refusedTopic } from './rules/topics-policy.ts'

const refusal = () => badRequest('You do not have permission to create new topics in this channel.')
const nobody: ReadonlySet<GroupId> = new Set()

/**
 * The topic that a message is meant for, cut to what the organisation wants of new ones; '' of a direct message. Topics from
 * before it wanted that, and those that the server itself speaks in, keep their names.
 * @throws AppError BAD_REQUEST where there is none, it is not printable, or it is none that says it is resolved
 */
export async function topicOf(
  on: Pick<Sources, 'database'>,
  granted: Granted<'message:send'>,
  { found }: Target,
  given: string | undefined,
): Promise<string> {
  const { actor, object } = granted
  if (object.kind !== 'channel') return ''
  if (given === undefined) throw badRequest('Missing topic')
  const whole = normaliseTopic(given)
  const short = normaliseTopic(given, found.facts.longest.topic)
  if (actor.isSystemBot) return whole
  checkResolvable(whole)
  if (whole === short) return whole
  const { recipientId } = object.channel
  const stands = await on.database.read(actor.orgId, (tx) => isTopic(tx, granted, recipientId, whole))
  return stands ? whole : short
}

/**
 * Refuses a message that would begin a topic where its sender may not. Nothing is read for those who may; what memory would
 * refuse is read again first.
 * @throws AppError BAD_REQUEST; StaleRights where it is otherwise by now than it was decided on
 */
export async function checkSentTopic(
  on: Pick<Sources, 'facts' | 'database'>,
  granted: Granted<'message:send'>,
  { ask, found }: Target,
  topic: string,
): Promise<void> {
  const { actor, object } = granted
  if (object.kind !== 'channel' || decide('topic:create', actor, object).ok) return
  const { recipientId } = object.channel
  if (await on.database.read(actor.orgId, (tx) => isTopic(tx, granted, recipientId, topic))) return
  const now = await on.facts.get(actor.orgId, ask, { fresh: true })
  throw now.hash === found.hash ? refusal() : new StaleRights()
}

/**
 * Refuses a message that has a topic, or none, where the channel does not want that. What the server itself says goes to the one
 * topic there is. What memory would refuse is read again first.
 * @returns the topic
 * @throws AppError BAD_REQUEST; StaleRights where it is otherwise by now than it was decided on
 */
export async function topicHere(
  { facts }: Pick<Sources, 'facts'>,
  { actor }: Granted<'message:send'>,
  { ask, found }: Target,
  topic: string,
): Promise<string> {
  const { channel } = found.facts
  if (!channel) return ''
  const refused = refusedTopic(channel.topics, topic)
  if (!refused || actor.isSystemBot) return refused ? '' : topic
  const now = await facts.get(actor.orgId, ask, { fresh: true })
  throw now.hash === found.hash ? refused : new StaleRights()
}

/**
 * The same for messages that are moved to a topic of the channel; asked behind the head.
 * @throws AppError BAD_REQUEST
 */
export async function checkMovedTopic(
  tx: Tx,
  granted: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  channel: ChannelFacts,
  topic: string,
): Promise<void> {
  const { actor } = granted
  const refused = refusedTopic(await readTopicsPolicy(tx, granted, channel.channelId), topic)
  if (refused) throw refused
  const may = (ownerGroups: NewTopic['ownerGroups']): boolean =>
    decide('topic:create', actor, { channel, ownerGroups }).ok
  if (may(nobody) || (await isTopic(tx, granted, channel.recipientId, topic))) return
  const owner = actor.isBot && actor.botOwnerId !== null ? await readActor(tx, actor.botOwnerId) : null
  if (!may(owner?.actor?.groups ?? nobody)) throw refusal()
}
