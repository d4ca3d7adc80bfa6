import { setTyping } from '@parley/api'
import type { Tx } from '@parley/db'
import { passing, typing, type Typing } from '@parley/events'
import { type Guard, route } from '@parley/kit'
import { normaliseTopic } from '@parley/markdown'
import type { Context } from '../context.ts'
import { invalidChannel } from '../facts/readable-channel.ts'
import { findTarget, foundTarget } from '../facts/target.ts'
import { readTypingPeople, readTypingSubscribers, tellsOfTyping } from '../repo/typing.ts'
import { typingDisabled, typingPlace } from '../rules/typing-place.ts'

// Who may send the message may tell of typing. Nothing is held against the facts later, so they are read now.
const guard: Guard<typeof setTyping, Context, Tx> = {
  async object({ input, actor, ctx }) {
    const options = { fresh: true, unknown: invalidChannel }
    const target = await findTarget(ctx.facts, actor, typingPlace(input), options)
    ctx.targets.set(target.object, target)
    return target.object
  },
  hidden: invalidChannel,
}

export default route(setTyping, guard, async ({ input, granted, ctx }) => {
  const { actor, people, channel } = foundTarget(ctx.targets, granted.object).found.facts
  const { orgId, userId } = granted.actor
  const where = people ? 'direct' : 'channels'
  const place: Typing['place'] = people
    ? { people: people.map(({ id, email }) => ({ user_id: id, email })) }
    : { stream_id: channel?.id ?? 0, topic: normaliseTopic(input.topic ?? '') }
  const users = await ctx.database.read(orgId, async (tx) => {
    if (!(await tellsOfTyping(tx, granted, where))) throw typingDisabled(where)
    if (!people) return readTypingSubscribers(tx, granted)
    return readTypingPeople(
      tx,
      granted,
      people.map(({ id }) => id),
    )
  })
  if (users.length === 0) return {}
  const sender = { user_id: userId, email: actor?.email ?? '' }
  const to = { users, channel: granted.object.kind === 'channel' ? granted.object.channel.channelId : null }
  ctx.pass(orgId, [passing(typing, { op: input.op, sender, place }, to)])
  return {}
})
