import { getReminders } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { presentReminder } from '../present/scheduled.ts'
import { readScheduled } from '../repo/scheduled.ts'

export default route<typeof getReminders, Context, Tx>(getReminders, async ({ granted, tx }) => ({
  reminders: (await readScheduled(tx, granted, 'reminders')).map(presentReminder),
}))
