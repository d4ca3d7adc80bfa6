import { type FetchedMessage, getMessages } from '@parley/api'
import { type Granted, isGuest, type Shown } from '@parley/access'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { alsoForSpectators, lookingIn, notLoggedIn, route } from '@parley/kit'
import type { Context } from '../context.ts'
import { mostLookedAt } from '../looks.ts'
import { readMessageSettings } from '../facts/message-settings.ts'
import { type Resolved, resolveNarrow } from '../facts/narrow-names.ts'
import { nobody } from '../facts/nobody.ts'
import { spectatorNarrow } from '../facts/spectator-narrow.ts'
import { matchesOf } from '../present/matches.ts'
import { type MessageStyle, presentMessages } from '../present/message.ts'
import { presentShown, type ShownStyle } from '../present/shown.ts'
import { anchorIn, idsAround, type Readable, readableIds } from '../repo/fetch.ts'
import { withFound } from '../repo/found.ts'
import { type Messages, readMessages, readShownMessages } from '../repo/messages.ts'
import { shownAnchor, shownAround, shownNarrow } from '../repo/shown.ts'
import { type Around, beyondNewest, parseWanted } from '../rules/anchor.ts'
import { parseNarrow } from '../rules/narrow.ts'

const forAccounts = route<typeof getMessages, Context, Tx>(
  getMessages,
  async ({ input, granted, ctx, tx }) => {
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
  },
)

export default alsoForSpectators<typeof getMessages, Context, Tx>(forAccounts, async ({ input, ctx, tx }) => {
  const shown = await lookingIn(tx, ctx.webPublic)
  const terms = await spectatorNarrow(tx, shown, input.narrow ?? [])
  const wanted = parseWanted(input)
  // Named ones are asked for one by one.
  if (wanted.kind === 'ids') throw notLoggedIn()
  if (wanted.before + wanted.after > mostLookedAt)
    throw badRequest(`Too many messages requested (maximum ${mostLookedAt}).`)
  const style = {
    applyMarkdown: input.apply_markdown,
    emptyTopicKnown: input.allow_empty_topic_name,
    linkifiers: await ctx.linkifiers.within(tx),
  }
  return ctx.looks.run(tx, nobody, () => shownTo(tx, shown, terms, wanted, style))
})

/** As `around`: to who has no account everything is read. */
async function shownTo(
  tx: Tx,
  shown: Shown<'spectator:look'>,
  terms: readonly Resolved[],
  wanted: Around,
  style: ShownStyle,
) {
  const narrow = await shownNarrow(tx, shown, terms)
  const anchor = await shownAnchor(tx, shown, narrow, wanted.anchor)
  const found = await shownAround(tx, shown, narrow, { ...wanted, anchor })
  const messages = await readShownMessages(tx, shown, found.ids)
  return {
    messages: await matched(tx, messages, presentShown(messages, style), terms, style.emptyTopicKnown),
    ...whereIn(anchor, found, wanted),
  }
}

async function around(
  tx: Tx,
  granted: Granted<'message:list'>,
  asked: readonly Resolved[],
  wanted: Around,
  style: MessageStyle,
) {
  const terms = await withFound(tx, granted, asked, 'message:look')
  const anchor = await anchorIn(tx, granted, terms, wanted.anchor, 'message:look')
  const found = await idsAround(tx, granted, terms, { ...wanted, anchor }, 'message:look')
  return {
    messages: await present(tx, granted, { ids: found.ids, terms }, style),
    ...whereIn(anchor, found, wanted),
  }
}

const whereIn = (
  anchor: number,
  found: { readonly before: number; readonly anchor: number; readonly after: number },
  wanted: Around,
) => ({
  anchor,
  found_anchor: found.anchor > 0,
  found_oldest: anchor === 0 || found.before < wanted.before,
  found_newest: anchor === beyondNewest || found.after < wanted.after,
  history_limited: false,
})

async function present(
  tx: Tx,
  granted: Granted<'message:list'>,
  { ids, terms }: { readonly ids: Readable; readonly terms: readonly Resolved[] },
  style: MessageStyle,
): Promise<FetchedMessage[]> {
  const found = await withOwnEdits(tx, granted, await readMessages(tx, granted, ids))
  return matched(tx, found, presentMessages(found, style), terms, style.emptyTopicKnown)
}

/** A guest outside who looks through a web-public channel is shown what is there, and not what was there before. */
async function withOwnEdits(tx: Tx, granted: Granted<'message:list'>, messages: Messages): Promise<Messages> {
  if (!isGuest(granted.actor) || messages.edits.size === 0) return messages
  const own = new Set(await readableIds(tx, granted, [...messages.edits.keys()]))
  return { ...messages, edits: new Map([...messages.edits].filter(([id]) => own.has(id))) }
}

/** With the words marked that a search found, where there was one. */
async function matched(
  tx: Tx,
  found: Messages,
  messages: readonly FetchedMessage[],
  terms: readonly Resolved[],
  emptyTopicKnown: boolean,
): Promise<FetchedMessage[]> {
  if (!terms.some(({ kind }) => kind === 'search')) return [...messages]
  const matches = await matchesOf(tx, found.rows, terms, emptyTopicKnown)
  return messages.map((message) => ({ ...message, ...matches.get(message.id) }))
}
