import { sendMessage } from '@parley/api'
import { badRequest, type MessageId, type UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { StaleRights } from '@parley/events'
import { type Guard, route } from '@parley/kit'
import { normaliseContent, normaliseTopic, render, type Rendered } from '@parley/markdown'
import type { Granted } from '@parley/access'
import { type Alerted, NewerAlertWords } from '../alert-words.ts'
import type { Context } from '../context.ts'
import { loadRenderContext } from '../facts/render-context.ts'
import { findTarget, foundTarget, type Target } from '../facts/target.ts'
import { eventFields } from '../present/event-fields.ts'
import { readThere } from '../repo/alert-words.ts'
import { readParticipants } from '../repo/participants.ts'
import { readAtBirth } from '../rules/read-at-birth.ts'
import { noSuchChannel, parseRecipient } from '../rules/recipient.ts'
import { requestDigest, sendKey } from '../rules/send-key.ts'
import { fewPeople, refusedWildcard } from '../rules/wildcard.ts'

const guard: Guard<typeof sendMessage, Context, Tx> = {
  async object({ input, actor, ctx }) {
    const target = await findTarget(ctx.facts, actor, parseRecipient(input.type, input.to))
    ctx.targets.set(target.object, target)
    return target.object
  },
  hidden({ type, to }) {
    const named = parseRecipient(type, to)
    return named.kind === 'channel' ? noSuchChannel(named) : badRequest('Message must have recipients')
  },
}

export default route(sendMessage, guard, async ({ input, granted, request, ctx }) => {
  const target = foundTarget(ctx.targets, granted.object)
  const { facts } = target.found
  const content = normaliseContent(input.content)
  const topic = facts.channel ? topicOf(input.topic) : ''
  const context = await loadRenderContext(granted.actor, content, request.url, ctx.database)
  const rendered = render(content, context)
  const wildcards = await wildcardsOf(ctx, granted, target, rendered, topic)
  const senderRead = readAtBirth(request.client, input.read_by_sender)
  const send = {
    granted,
    ask: target.ask,
    hash: target.found.hash,
    rights: target.found.rights,
    key: sendKey(
      granted.actor.userId,
      { idempotencyKey: request.idempotencyKey, queueId: input.queue_id, localId: input.local_id },
      ctx.ids,
    ),
    request: requestDigest(target.ask, topic, content),
    topic,
    content,
    rendered: rendered.html,
    client: request.client,
    timestamp: Math.floor(ctx.clock.now() / 1000),
    senderRead,
    mentioned: rendered.mentions.users,
    ...wildcards,
  }
  const write = async (found: Alerted, last: boolean): Promise<MessageId> => {
    const alerted = await alertedOf(ctx, granted, target, found)
    const event = eventFields(facts, {
      read: senderRead ? [granted.actor.userId] : [],
      mentioned: rendered.mentions.users,
      alerted,
      ...wildcards,
      queueId: input.queue_id ?? null,
      localId: input.local_id ?? null,
    })
    return ctx.sends.write({ ...send, alerted, alertVersion: last ? null : found.version, event })
  }
  const { orgId } = granted.actor
  try {
    return { id: await write(await ctx.alertWords.find(orgId, content), false) }
  } catch (error) {
    if (!(error instanceof NewerAlertWords)) throw error
    // What is changed from here on was changed while this was being sent.
    return { id: await write(await ctx.alertWords.findAnew(orgId, content), true) }
  }
})

/** More than these are looked up before everybody waits. */
const fewAlerted = 100

/** Of whom the text alerts, those whom it may reach; some too many where they are few. */
async function alertedOf(
  ctx: Context,
  granted: Granted<'message:send'>,
  target: Target,
  { users }: Alerted,
): Promise<readonly UserId[]> {
  const { people } = target.found.facts
  if (people) return users.filter((user) => people.some(({ id }) => id === user))
  if (users.length <= fewAlerted) return users
  return ctx.database.read(granted.actor.orgId, (tx) => readThere(tx, granted, users))
}

function topicOf(given: string | undefined): string {
  if (given === undefined) throw badRequest('Missing topic')
  return normaliseTopic(given)
}

interface Wildcards {
  readonly channelWildcard: boolean
  readonly topicWildcard: readonly number[]
}

/**
 * Whom `@all` and `@topic` mention; refused where they are too many for this sender. What memory would refuse is read again
 * first.
 * @throws StaleRights where it is otherwise by now: the runner decides again
 */
async function wildcardsOf(
  ctx: Context,
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
      ? await ctx.database.read(actor.orgId, (tx) => readParticipants(tx, granted, topic))
      : []
  const channelMany = channelWildcard && channel?.many === true
  const refusal = refusedWildcard(actor, { channelMany, topicMany: people.length > fewPeople })
  if (refusal) {
    const now = await ctx.facts.get(actor.orgId, target.ask, { fresh: true })
    throw now.hash === target.found.hash ? refusal : new StaleRights()
  }
  return { channelWildcard, topicWildcard: people }
}
