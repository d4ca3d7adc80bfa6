import { updateFlags } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { mark } from '../edits/mark.ts'
import { readableIds } from '../repo/fetch.ts'
import { parseFlagChange } from '../rules/flag-change.ts'

export default route<typeof updateFlags, Context, Tx>(updateFlags, async ({ input, granted, rights, tx }) => {
  const asked = parseFlagChange(input.op, input.flag)
  const ids = [...new Set(input.messages)]
  // What one may not read is passed over when it is marked as read, and refused for other marks.
  if (asked.flag !== 'read' && (await readableIds(tx, granted, ids)).length < ids.length)
    throw badRequest('Invalid message(s)')
  const { ignoredChannels } = await mark(tx, granted, rights, asked, ids)
  return { messages: input.messages, ignored_because_not_subscribed_channels: [...ignoredChannels] }
})
