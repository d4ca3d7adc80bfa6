import { deleteScheduledMessage } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, scheduledChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { removeScheduled } from '../repo/scheduled.ts'

export default route<typeof deleteScheduledMessage, Context, Tx>(
  deleteScheduledMessage,
  async ({ input, granted, actor, tx }) => {
    const { scheduled_message_id: id } = input
    if (!(await removeScheduled(tx, granted, id, 'messages')))
      throw new AppError('NOT_FOUND', 'Scheduled message does not exist')
    const body = { op: 'remove' as const, scheduled_message_id: id }
    await append(tx, null, [make(scheduledChanged, body, { users: [actor.userId] })])
    return {}
  },
)
