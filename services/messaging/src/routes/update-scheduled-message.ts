import { authorize } from '@parley/access'
import { type Input, updateScheduledMessage } from '@parley/api'
import { AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, scheduledChanged } from '@parley/events'
import { route } from '@parley/kit'
import { compose } from '../compose.ts'
import { within } from '../sources.ts'
import type { Context } from '../context.ts'
import { findTarget } from '../facts/target.ts'
import { presentScheduled } from '../present/scheduled.ts'
import { holdScheduled, measureScheduled, replaceScheduled, type ScheduledRow } from '../repo/scheduled.ts'
import { inFuture, namedOf, roomFor } from '../rules/later.ts'
import { type Named, noSuchChannel, parseRecipient } from '../rules/recipient.ts'

export default route<typeof updateScheduledMessage, Context, Tx>(
  updateScheduledMessage,
  async ({ input, granted: own, actor, ctx, tx, signal }) => {
    const { scheduled_message_id: id, ...changes } = input
    if (Object.keys(changes).length === 0) throw badRequest('Nothing to change')
    const row = await holdScheduled(tx, own, id)
    if (!row) throw new AppError('NOT_FOUND', 'Scheduled message does not exist')
    const wanted = input.scheduled_delivery_timestamp
    const at = row.failed || wanted !== undefined ? inFuture(wanted, ctx.clock.now()) : row.at

    const named = recipientOf(input, row)
    const target = await findTarget(within(tx, ctx).facts, actor, named)
    const verdict = authorize('message:send', actor, target.object, target.found.rights)
    // What may not be sent for another reason was refused by finding it.
    if (!verdict.ok)
      throw named.kind === 'channel' ? noSuchChannel(named) : badRequest('Message must have recipients')
    const { granted } = verdict
    const topic = input.topic ?? (row.channel === null ? undefined : row.topic)
    const content = input.content ?? row.content
    const words = { topic, content, url: row.url }
    const composed = await compose(within(tx, ctx), granted, target, words, signal)
    const kept = await measureScheduled(tx, granted, 'messages', id)
    roomFor('scheduled messages', kept, composed.content, composed.rendered.html)
    const changed = await replaceScheduled(tx, granted, id, {
      channel: target.ask.channel ?? null,
      people: target.ask.users ? [...target.ask.users] : null,
      topic: composed.topic,
      content: composed.content,
      rendered: composed.rendered.html,
      at,
    })
    const body = { op: 'update' as const, scheduled_message: presentScheduled(changed) }
    await append(tx, null, [make(scheduledChanged, body, { users: [actor.userId] })])
    return {}
  },
)

function recipientOf({ type, to }: Input<typeof updateScheduledMessage>, row: ScheduledRow): Named {
  if (to !== undefined)
    return parseRecipient(type ?? (row.channel === null ? 'direct' : 'channel'), JSON.stringify(to))
  if (type !== undefined) throw badRequest('A new type needs new recipients')
  return namedOf(row)
}
