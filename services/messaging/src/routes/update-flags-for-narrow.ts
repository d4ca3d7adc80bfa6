import { updateFlagsForNarrow } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { mark } from '../edits/mark.ts'
import { resolveNarrow } from '../facts/narrow-names.ts'
import { anchorIn, idsAround } from '../repo/fetch.ts'
import { withFound } from '../repo/found.ts'
import { beyondNewest, parseAround } from '../rules/anchor.ts'
import { parseFlagChange } from '../rules/flag-change.ts'
import { parseNarrow } from '../rules/narrow.ts'

export default route<typeof updateFlagsForNarrow, Context, Tx>(
  updateFlagsForNarrow,
  async ({ input, granted, rights, ctx, tx }) => {
    const change = parseFlagChange(input.op, input.flag)
    const wanted = parseAround({ ...input, use_first_unread_anchor: false })
    const asked = await resolveNarrow(tx, granted.actor, parseNarrow(input.narrow))
    const { anchor, found } = await ctx.searches.run(tx, granted.actor, asked, async () => {
      const terms = await withFound(tx, granted, asked)
      const anchor = await anchorIn(tx, granted, terms, wanted.anchor)
      return { anchor, found: await idsAround(tx, granted, terms, { ...wanted, anchor }) }
    })
    const { changed, ignoredChannels } = await mark(tx, granted, rights, change, found.ids)
    return {
      processed_count: found.ids.length,
      updated_count: changed,
      first_processed_id: found.ids[0] ?? null,
      last_processed_id: found.ids.at(-1) ?? null,
      found_oldest: anchor === 0 || found.before < wanted.before,
      found_newest: anchor === beyondNewest || found.after < wanted.after,
      ignored_because_not_subscribed_channels: [...ignoredChannels],
    }
  },
)
