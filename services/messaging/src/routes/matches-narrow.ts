import { matchesNarrow, topicForClient } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { resolveNarrow } from '../facts/narrow-names.ts'
import { readableIds } from '../repo/fetch.ts'
import { readMessages } from '../repo/messages.ts'
import { parseNarrow } from '../rules/narrow.ts'

export default route<typeof matchesNarrow, Context, Tx>(matchesNarrow, async ({ input, granted, tx }) => {
  const terms = await resolveNarrow(tx, granted.actor, parseNarrow(input.narrow))
  const ids = await readableIds(tx, granted, [...new Set(input.msg_ids)], terms)
  const { rows } = await readMessages(tx, granted, ids)
  return {
    messages: Object.fromEntries(
      rows.map((row) => [
        String(row.id),
        {
          match_content: row.rendered,
          match_subject: row.channelId === null ? '' : topicForClient(row.topic, false),
        },
      ]),
    ),
  }
})
