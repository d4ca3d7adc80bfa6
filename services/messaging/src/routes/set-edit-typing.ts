import { setEditTyping } from '@parley/api'
import type { UserId } from '@parley/core'
import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { editTyping, passing } from '@parley/events'
import { type Guard, route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readDeleting } from '../facts/deleting.ts'
import { invalidMessage, there } from '../facts/readable-message.ts'
import { readAudiences } from '../repo/audience.ts'
import { readPlace, readTypingPeople, readTypingSubscribers, tellsOfTyping } from '../repo/typing.ts'
import { editRefusal } from '../rules/edit-refusal.ts'
import { typingDisabled } from '../rules/typing-place.ts'

const guard: Guard<typeof setEditTyping, Context, Tx> = {
  async object({ input, actor, ctx, tx }) {
    const now = Math.floor(ctx.clock.now() / 1000)
    return there(await readDeleting(tx, actor, input.message_id, now))
  },
  hidden: invalidMessage,
  denied: (_, reason) => editRefusal(reason),
}

export default route(setEditTyping, guard, async ({ input, granted, actor, ctx, tx }) => {
  const { channel, messageId } = granted.object.message
  const at = there(await readPlace(tx, granted))
  const where = channel ? 'channels' : 'direct'
  if (!(await tellsOfTyping(tx, granted, where))) throw typingDisabled(where)
  const people = at.people ?? []
  const place = channel ? { stream_id: channel.channelId, topic: at.topic } : { user_ids: people }
  const users = channel ? await thoseWhoRead(tx, granted) : await readTypingPeople(tx, granted, people)
  if (users.length === 0) return {}
  const body = { op: input.op, sender_id: actor.userId, message_id: messageId, place }
  ctx.pass(actor.orgId, [passing(editTyping, body, { users, channel: channel?.channelId ?? null })])
  return {}
})

/** Who is in the channel; where it keeps its history from who was not there, of them whom the message came to. */
async function thoseWhoRead(tx: Tx, granted: Granted<'message:edit'>): Promise<UserId[]> {
  const subscribers = await readTypingSubscribers(tx, granted)
  if (subscribers.length === 0) return []
  const [told] = await readAudiences(tx, granted, [granted.object.message.messageId])
  if (!told?.audience.within) return subscribers
  const came = new Set(told.audience.users)
  return subscribers.filter((user) => came.has(user))
}
