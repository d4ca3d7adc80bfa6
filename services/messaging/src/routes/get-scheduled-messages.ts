import { getScheduledMessages } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { presentScheduled } from '../present/scheduled.ts'
import { readScheduled } from '../repo/scheduled.ts'

export default route<typeof getScheduledMessages, Context, Tx>(
  getScheduledMessages,
  async ({ granted, tx }) => ({
    scheduled_messages: (await readScheduled(tx, granted, 'messages')).map(presentScheduled),
  }),
)
