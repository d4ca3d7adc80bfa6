import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import type { Linkifiers } from '@parley/markdown'
import type { Context } from '../context.ts'
import { mostLookedUp } from '../compose.ts'
import { channelIsMany } from '../facts/crowd.ts'
import { loadRenderContext, readingIn } from '../facts/render-context.ts'
import { allOf, mentionGroups } from '../group-mentions.ts'
import { readThere } from '../repo/alert-words.ts'
import type { NewText } from '../repo/edits.ts'
import { readParticipants } from '../repo/participants.ts'
import { mostAlerted } from '../rules/alert-matcher.ts'
import { checkWildcards, fewPeople } from '../rules/wildcard.ts'

/**
 * Renders what a message will say, and holds it against what its sender could have sent.
 * @param topic the one it will be in
 * @param where the organisation's address and linkifiers, and the call's signal
 * @throws Beforehand where code or formulas have to be made first
 * @throws AppError where it mentions more people at once than the actor may, or groups that the actor may not
 */
export async function newText(
  tx: Tx,
  granted: Granted<'message:edit'>,
  content: string,
  topic: string,
  where: { readonly url: string; readonly linkifiers: Linkifiers; readonly signal: AbortSignal },
  { alertWords, renderer }: Pick<Context, 'alertWords' | 'renderer'>,
): Promise<NewText> {
  const context = await loadRenderContext(granted.actor, content, where, readingIn(tx))
  const { html, mentions } = renderer.renderWithin(granted.actor, content, context, where.signal)
  const { channel } = granted.object.message
  const channelWildcard = channel !== null && mentions.channelWildcard
  const participants = channel && mentions.topicWildcard ? await readParticipants(tx, granted, topic) : []
  checkWildcards(granted.actor, {
    channelMany: channelWildcard && (await channelIsMany(tx, channel)),
    topicMany: participants.length > fewPeople,
  })
  const groups = await mentionGroups(tx, granted, mentions.groups)
  const { users } = await alertWords.findWithin(tx, content)
  const there = await readThere(tx, granted, users.slice(0, mostLookedUp))
  const alerted = there.slice(0, mostAlerted)
  return {
    content,
    rendered: html,
    mentioned: allOf(mentions.users, groups.each),
    alerted,
    channelWildcard,
    topicWildcard: allOf(participants, groups.many),
  }
}
