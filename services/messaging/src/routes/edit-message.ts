import { type Actor, authorize, type ChangingMessage, type Granted } from '@parley/access'
import { editMessage } from '@parley/api'
import { badRequest, type Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, makeAbout, messageUpdated, type MessageUpdated, StaleRights } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { moveTopic } from '../edits/move.ts'
import { newText } from '../edits/text.ts'
import { type MessageSettings, readMessageSettings } from '../facts/message-settings.ts'
import { oneMessage, there } from '../facts/readable-message.ts'
import { readAudiences } from '../repo/audience.ts'
import { type Editable, type NewText, readEditable, writeText } from '../repo/edits.ts'
import { readToldFlags } from '../repo/told-flags.ts'
import { editRefusal } from '../rules/edit-refusal.ts'
import { planEdit, togglesResolved } from '../rules/edit-plan.ts'

export default route<typeof editMessage, Context, Tx>(
  editMessage,
  oneMessage,
  async ({ input, granted, actor, rights, request, ctx, tx }) => {
    const now = there(await readEditable(tx, granted))
    const message = granted.object
    const channel = message.channel && message.channel.channelId
    const plan = planEdit(input, { ...now, channel })
    const at = Math.floor(ctx.clock.now() / 1000)
    const policy = await readMessageSettings(tx)
    const changing = { message, age: at - now.sentAt, policy }
    const edit = plan.content === null ? null : mayEdit(actor, changing, rights)
    const move = plan.topic === null ? null : mayMove(actor, changing, [now.topic, plan.topic], rights)
    const topic = plan.topic ?? now.topic
    // Under the rights that are held below: whoever changes them moves these.
    const linkifiers = await ctx.linkifiers.within(tx)
    const where = { url: request.url, linkifiers }
    const text = edit && (await newText(tx, edit, plan.content ?? '', topic, where, ctx))
    const links = move ? linkifiers.topicLinks(topic) : []

    await hold(tx, rights)
    if (edit && text && !(await writeText(tx, edit, now, text, at))) throw new StaleRights()
    const moving = { before: now.topic, after: topic, mode: input.propagate_mode, at }
    const ids = move ? await moveTopic(tx, move, moving) : [message.messageId]
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
    return { detached_uploads: [] }
  },
)

function mayEdit(actor: Actor, changing: ChangingMessage, rights: Rights): Granted<'message:edit'> {
  const verdict = authorize('message:edit', actor, changing, rights)
  if (verdict.ok) return verdict.granted
  throw editRefusal(verdict.reason)
}

function mayMove(
  actor: Actor,
  changing: ChangingMessage,
  [before, after]: readonly [string, string],
  rights: Rights,
): Granted<'message:move-topic'> {
  const resolves = togglesResolved(before, after)
  const verdict = authorize('message:move-topic', actor, { ...changing, resolves, target: null }, rights)
  if (verdict.ok) return verdict.granted
  if (verdict.reason === 'too-late')
    throw badRequest("The time limit for editing this message's topic has passed.")
  throw badRequest(
    resolves
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
