import {
  type Actor,
  authorize,
  type ChangingMessage,
  type ChannelFacts,
  type ChannelMove,
  type Granted,
  type TopicMove,
} from '@parley/access'
import { editMessage } from '@parley/api'
import { badRequest, type Rights, unavailable } from '@parley/core'
import type { Tx } from '@parley/db'
import {
  append,
  gatewaysFollow,
  hold,
  makeAbout,
  messageUpdated,
  type MessageUpdated,
  StaleRights,
} from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { carryPolicies } from '../edits/carry-topic.ts'
import { moveTopic } from '../edits/move.ts'
import { relocate } from '../edits/relocate.ts'
import { newText } from '../edits/text.ts'
import { readChannelFacts } from '../facts/channel-facts.ts'
import { type MessageSettings, readMessageSettings } from '../facts/message-settings.ts'
import { invalidChannel } from '../facts/readable-channel.ts'
import { oneMessage, there } from '../facts/readable-message.ts'
import { readAudiences } from '../repo/audience.ts'
import { type Editable, type NewText, readEditable, writeText } from '../repo/edits.ts'
import { readToldFlags } from '../repo/told-flags.ts'
import { editRefusal } from '../rules/edit-refusal.ts'
import { planEdit, togglesResolved } from '../rules/edit-plan.ts'
import { checkMovedTopic } from '../new-topic.ts'
import { sayMoved } from '../say-moved.ts'

export default route<typeof editMessage, Context, Tx>(
  editMessage,
  oneMessage,
  async ({ input, granted, actor, rights, request, ctx, tx, signal }) => {
    const message = granted.object
    const channel = message.channel && message.channel.channelId
    // Before anything is said of the request: one that may not be read answers as one that is not there.
    const target = await otherChannel(tx, actor, rights, channel, input.stream_id)
    const now = there(await readEditable(tx, granted))
    const policy = await readMessageSettings(tx)
    const plan = planEdit(input, { ...now, channel }, policy.longest)
    const at = Math.floor(ctx.clock.now() / 1000)
    const changing = { message, age: at - now.sentAt, policy }
    const edit = plan.content === null ? null : mayEdit(actor, changing, rights)
    const away = target && mayMoveChannel(actor, { ...changing, target }, rights)
    const resolves = plan.topic !== null && togglesResolved(now.topic, plan.topic)
    const move = plan.topic === null ? null : mayMove(actor, { ...changing, resolves, target }, rights)
    const topic = plan.topic ?? now.topic
    // Under the rights that are held below: whoever changes them moves these.
    const linkifiers = await ctx.linkifiers.within(tx)
    const where = { url: request.url, linkifiers, signal }
    const text = edit && (await newText(tx, edit, plan.content ?? '', topic, where, ctx))
    const links = move ? linkifiers.topicLinks(topic) : []

    if (away && !(await gatewaysFollow(ctx.database))) throw unavailable()
    await hold(tx, rights)
    const moved = away ?? move
    const into = target ?? message.channel
    if (moved && into) await checkMovedTopic(tx, moved, into, topic)
    const within = move && !resolves ? policy.moveWithinLimit : null
    const moving = { before: now.topic, mode: input.propagate_mode, at }
    if (away) {
      const limit = shorter(policy.moveBetweenLimit, within)
      const count = await relocate(tx, away, granted, { ...moving, limit, topic: plan.topic, linkifiers })
      await sayMoved(tx, away, { before: now.topic, after: topic, asked: input, count, url: request.url })
      return { detached_uploads: [] }
    }
    if (edit && text && !(await writeText(tx, edit, now, text, at))) throw new StaleRights()
    const gone = move && (await moveTopic(tx, move, { ...moving, limit: within, after: topic }))
    const ids = gone ?? [message.messageId]
    const body = {
      user_id: actor.userId,
      edit_timestamp: at,
      stream_id: channel,
      new_stream_id: null,
      topic: move && {
        before: now.topic,
        after: topic,
        links,
        propagate_mode: input.propagate_mode,
      },
    }
    await tell(tx, granted, ids, body, text && shownText(now, text, policy))
    const went = { before: now.topic, after: topic, asked: input, count: ids.length, url: request.url }
    if (move && gone) {
      await carryPolicies(tx, move, { before: now.topic, after: topic, ids: gone }, at)
      await sayMoved(tx, move, went)
    }
    return { detached_uploads: [] }
  },
)

const shorter = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other)

function mayEdit(actor: Actor, changing: ChangingMessage, rights: Rights): Granted<'message:edit'> {
  const verdict = authorize('message:edit', actor, changing, rights)
  if (verdict.ok) return verdict.granted
  throw editRefusal(verdict.reason)
}

/** The channel that a message shall go to; null where it stays. @throws AppError BAD_REQUEST where there is none to be known */
async function otherChannel(
  tx: Tx,
  actor: Actor,
  rights: Rights,
  now: number | null,
  asked: number | undefined,
): Promise<ChannelFacts | null> {
  if (asked === undefined || asked === now) return null
  const target = await readChannelFacts(tx, actor, asked)
  const found = target && authorize('channel:find', actor, target, rights)
  if (!found?.ok) throw invalidChannel()
  return found.granted.object
}

function mayMoveChannel(actor: Actor, move: ChannelMove, rights: Rights): Granted<'message:move-channel'> {
  const verdict = authorize('message:move-channel', actor, move, rights)
  if (verdict.ok) return verdict.granted
  throw badRequest(
    verdict.reason === 'too-late'
      ? "The time limit for editing this message's channel has passed."
      : "You don't have permission to move this message",
  )
}

function mayMove(actor: Actor, move: TopicMove, rights: Rights): Granted<'message:move-topic'> {
  const verdict = authorize('message:move-topic', actor, move, rights)
  if (verdict.ok) return verdict.granted
  if (verdict.reason === 'too-late')
    throw badRequest("The time limit for editing this message's topic has passed.")
  throw badRequest(
    move.resolves
      ? "You don't have permission to resolve topics."
      : "You don't have permission to edit this message",
  )
}

/** An event holds half a megabyte. */
const mostBefore = 100_000

/** The former text is left out where it would not fit, and where the organisation shows none. */
function shownText(before: Editable, after: NewText, settings: MessageSettings): MessageUpdated['text'] {
  const bytes = Buffer.byteLength(before.content) + Buffer.byteLength(before.rendered)
  const shown = settings.historyVisibility === 'all' && bytes <= mostBefore
  return {
    content: after.content,
    rendered: after.rendered,
    before: shown ? { content: before.content, rendered: before.rendered } : null,
  }
}

/** Of a channel that keeps its history from who was not there, groups of people who have the same of what moves. */
const mostGroups = 100

/** Tells of the change: everybody of those messages that they may hear of, with the flags they have on one. @throws AppError BAD_REQUEST */
async function tell(
  tx: Tx,
  granted: Granted<'message:change'>,
  ids: readonly number[],
  body: Omit<MessageUpdated, 'message_id' | 'message_ids' | 'flags' | 'text'>,
  text: MessageUpdated['text'],
): Promise<void> {
  const { messageId } = granted.object
  const events = []
  const groups = await readAudiences(tx, granted, ids)
  // Each is asked for its flags while everybody waits.
  if (groups.length > mostGroups) throw badRequest('Too many people have different parts of these messages')
  for (const { audience, ids: some } of groups) {
    const whole = some.includes(messageId)
    const id = whole ? messageId : (some[0] ?? messageId)
    const flags = await readToldFlags(tx, granted, id, audience)
    const told = { ...body, message_id: id, message_ids: [...some], flags, text: whole ? text : null }
    events.push(makeAbout(messageUpdated, told, audience))
  }
  await append(tx, granted.rights, events)
}
