import { createReminder } from '@parley/api'
import type { Tx } from '@parley/db'
import { append, make, reminderChanged } from '@parley/events'
import { route } from '@parley/kit'
import { normaliseContent } from '@parley/markdown'
import type { Context } from '../context.ts'
import { oneMessage } from '../facts/readable-message.ts'
import { loadRenderContext, readingIn } from '../facts/render-context.ts'
import { presentReminder } from '../present/scheduled.ts'
import { insertScheduled, measureScheduled } from '../repo/scheduled.ts'
import { inFuture, roomFor } from '../rules/later.ts'
import { waitingText } from '../rules/reminder-text.ts'

export default route<typeof createReminder, Context, Tx>(
  createReminder,
  oneMessage,
  async ({ input, granted, actor, request, ctx, tx, signal }) => {
    const at = inFuture(input.scheduled_delivery_timestamp, ctx.clock.now())
    const content = normaliseContent(waitingText(request.url, input.message_id, input.note))
    const where = { url: request.url, linkifiers: await ctx.linkifiers.within(tx) }
    const context = await loadRenderContext(actor, content, where, readingIn(tx))
    const { html: rendered } = ctx.renderer.renderWithin(actor, content, context, signal)
    roomFor('reminders', await measureScheduled(tx, granted, 'reminders'), content, rendered)
    const row = await insertScheduled(
      tx,
      granted,
      {
        channel: null,
        people: [actor.userId],
        topic: '',
        content,
        rendered,
        at,
      },
      // It is to be noticed, so it comes unread.
      { client: request.client, url: request.url, senderRead: false, about: granted.object.messageId },
    )
    const body = { op: 'add' as const, reminder: presentReminder(row) }
    // What it is about is decided again when it is sent.
    await append(tx, null, [make(reminderChanged, body, { users: [actor.userId] })])
    return { reminder_id: row.id }
  },
)
