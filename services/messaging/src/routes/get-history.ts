import { getHistory } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readMessageSettings } from '../facts/message-settings.ts'
import { oneMessage, there } from '../facts/readable-message.ts'
import { messageHistory } from '../present/history.ts'
import { readEditable } from '../repo/edits.ts'
import { readEdits } from '../repo/history.ts'

export default route<typeof getHistory, Context, Tx>(
  getHistory,
  oneMessage,
  async ({ input, granted, tx }) => {
    const { historyVisibility } = await readMessageSettings(tx)
    if (historyVisibility === 'none')
      throw badRequest('Message edit history is disabled in this organization')
    const now = there(await readEditable(tx, granted))
    const state = { ...now, senderId: granted.object.senderId }
    const edits = await readEdits(tx, granted)
    return { message_history: messageHistory(state, edits, historyVisibility, input.allow_empty_topic_name) }
  },
)
