import { deleteReminder } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, reminderChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { removeScheduled } from '../repo/scheduled.ts'

export default route<typeof deleteReminder, Context, Tx>(
  deleteReminder,
  async ({ input, granted, actor, tx }) => {
    if (!(await removeScheduled(tx, granted, input.reminder_id, 'reminders')))
      throw new AppError('NOT_FOUND', 'Reminder does not exist')
    const body = { op: 'remove' as const, reminder_id: input.reminder_id }
    await append(tx, null, [make(reminderChanged, body, { users: [actor.userId] })])
    return {}
  },
)
