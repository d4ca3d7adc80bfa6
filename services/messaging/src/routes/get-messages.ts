import { type FetchedMessage, getMessages } from '@parley/api'
import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readMessageSettings } from '../facts/message-settings.ts'
import { type Resolved, resolveNarrow } from '../facts/narrow-names.ts'
import { matchesOf } from '../present/matches.ts'
import { type MessageStyle, presentMessages } from '../present/message.ts'
import { firstUnread, idsAround, type Readable, readableIds } from '../repo/fetch.ts'
import { withFound } from '../repo/found.ts'
import { readMessages } from '../repo/messages.ts'
import { type Around, beyondNewest, parseWanted } from '../rules/anchor.ts'
import { parseNarrow } from '../rules/narrow.ts'

export default route<typeof getMessages, Context, Tx>(getMessages, async ({ input, granted, ctx, tx }) => {
  const wanted = parseWanted(input)
  const terms = await resolveNarrow(tx, granted.actor, parseNarrow(input.narrow ?? []))
  const style = {
    applyMarkdown: input.apply_markdown,
    emptyTopicKnown: input.allow_empty_topic_name,
    historyVisibility: (await readMessageSettings(tx)).historyVisibility,
    linkifiers: await ctx.linkifiers.within(tx),
  }
  return ctx.searches.run(tx, granted.actor, terms, async () => {
    if (wanted.kind === 'around') return around(tx, granted, terms, wanted, style)
    const ids = await readableIds(tx, granted, wanted.ids, terms)
    return { messages: await present(tx, granted, { ids, terms }, style), history_limited: false }
  })
})

async function around(
  tx: Tx,
  granted: Granted<'message:list'>,
  asked: readonly Resolved[],
  wanted: Around,
  style: MessageStyle,
) {
  const terms = await withFound(tx, granted, asked, 'message:look')
  const anchor = wanted.anchor ?? (await firstUnread(tx, granted, terms)) ?? beyondNewest
  const found = await idsAround(tx, granted, terms, { ...wanted, anchor }, 'message:look')
  return {
    messages: await present(tx, granted, { ids: found.ids, terms }, style),
    anchor,
    found_anchor: found.anchor > 0,
    found_oldest: anchor === 0 || found.before < wanted.before,
    found_newest: anchor === beyondNewest || found.after < wanted.after,
    history_limited: false,
  }
}

async function present(
  tx: Tx,
  granted: Granted<'message:list'>,
  { ids, terms }: { readonly ids: Readable; readonly terms: readonly Resolved[] },
  style: MessageStyle,
): Promise<FetchedMessage[]> {
  const found = await readMessages(tx, granted, ids)
  const messages = presentMessages(found, style)
  if (!terms.some(({ kind }) => kind === 'search')) return messages
  const matches = await matchesOf(tx, found.rows, terms, style.emptyTopicKnown)
  return messages.map((message) => ({ ...message, ...matches.get(message.id) }))
}
