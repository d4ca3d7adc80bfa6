import { reportMessage } from '@parley/api'
import { badRequest, sha256 } from '@parley/core'
import { say, type Tx } from '@parley/db'
import { append, make, messageReported } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { moderationChannel } from '../facts/moderation-channel.ts'
import { oneMessage, there } from '../facts/readable-message.ts'
import { readMessage } from '../repo/messages.ts'
import { noteReport } from '../repo/reported.ts'
import { reportText, reportTopic } from '../rules/report-text.ts'

export default route<typeof reportMessage, Context, Tx>(
  reportMessage,
  oneMessage,
  async ({ input, granted, rights, request, tx, ctx }) => {
    const { report_type } = input
    const description = input.description?.trim() ?? ''
    if (report_type === 'other' && description === '') throw badRequest('An explanation is required.')
    const channel = await moderationChannel(tx)
    if (channel === null)
      throw badRequest('Moderation request channel must be specified to enable message reporting.')
    const message = there((await readMessage(tx, granted)).rows[0])
    if (!(await noteReport(tx, granted, report_type, sha256(description), ctx.clock.now()))) return {}
    const by = granted.actor.userId
    const report = { by, type: report_type, description, message, url: request.url }
    const topic = reportTopic(message.senderName)
    await say(tx, { to: { channel }, topic, content: reportText(report), url: request.url })
    const { messageId } = granted.object
    await append(tx, rights, [make(messageReported, { message_id: messageId, report_type, by })])
    return {}
  },
)
