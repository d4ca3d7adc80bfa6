import { matchesNarrow } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { resolveNarrow } from '../facts/narrow-names.ts'
import { matchesOf } from '../present/matches.ts'
import { readableIds } from '../repo/fetch.ts'
import { readMessages } from '../repo/messages.ts'
import { parseNarrow } from '../rules/narrow.ts'

export default route<typeof matchesNarrow, Context, Tx>(
  matchesNarrow,
  async ({ input, granted, ctx, tx }) => {
    const terms = await resolveNarrow(tx, granted.actor, parseNarrow(input.narrow))
    return ctx.searches.run(tx, granted.actor, terms, async () => {
      const ids = await readableIds(tx, granted, [...new Set(input.msg_ids)], terms)
      const { rows } = await readMessages(tx, granted, ids)
      return { messages: Object.fromEntries(await matchesOf(tx, rows, terms, false)) }
    })
  },
)
