import { createScheduledMessage } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, scheduledChanged } from '@parley/events'
import { type Guard, route } from '@parley/kit'
import { compose } from '../compose.ts'
import { within } from '../sources.ts'
import type { Context } from '../context.ts'
import { findTarget, foundTarget } from '../facts/target.ts'
import { presentScheduled } from '../present/scheduled.ts'
import { insertScheduled, measureScheduled } from '../repo/scheduled.ts'
import { inFuture, roomFor } from '../rules/later.ts'
import { readAtBirth } from '../rules/read-at-birth.ts'
import { noSuchChannel, parseRecipient } from '../rules/recipient.ts'

const guard: Guard<typeof createScheduledMessage, Context, Tx> = {
  async object({ input, actor, ctx, tx }) {
    const target = await findTarget(
      within(tx, ctx).facts,
      actor,
      parseRecipient(input.type, JSON.stringify(input.to)),
    )
    ctx.targets.set(target.object, target)
    return target.object
  },
  hidden({ type, to }) {
    const named = parseRecipient(type, JSON.stringify(to))
    return named.kind === 'channel' ? noSuchChannel(named) : badRequest('Message must have recipients')
  },
}

export default route(createScheduledMessage, guard, async (handled) => {
  const { input, granted, actor, request, ctx, tx, signal } = handled
  const target = foundTarget(ctx.targets, granted.object)
  const at = inFuture(input.scheduled_delivery_timestamp, ctx.clock.now())
  const words = { topic: input.topic, content: input.content, url: request.url }
  const { topic, content, rendered } = await compose(within(tx, ctx), granted, target, words, signal)
  roomFor('scheduled messages', await measureScheduled(tx, granted, 'messages'), content, rendered.html)
  const row = await insertScheduled(
    tx,
    granted,
    {
      channel: target.ask.channel ?? null,
      people: target.ask.users ? [...target.ask.users] : null,
      topic,
      content,
      rendered: rendered.html,
      at,
    },
    {
      client: request.client,
      url: request.url,
      senderRead: readAtBirth(request.client, input.read_by_sender),
      about: null,
    },
  )
  const body = { op: 'add' as const, scheduled_message: presentScheduled(row) }
  // It is decided again when it is sent, so no change of rights needs to undo it.
  await append(tx, null, [make(scheduledChanged, body, { users: [actor.userId] })])
  return { scheduled_message_id: row.id }
})
