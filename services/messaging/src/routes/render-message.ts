import { type Actor, authorize } from '@parley/access'
import { renderMessage } from '@parley/api'
import { readActor, type Tx } from '@parley/db'
import { StaleRights } from '@parley/events'
import { route } from '@parley/kit'
import { normaliseContent, type RenderContext } from '@parley/markdown'
import type { Context } from '../context.ts'
import { readMessageSettings } from '../facts/message-settings.ts'
import { loadRenderContext, readingIn } from '../facts/render-context.ts'

export default route<typeof renderMessage, Context, Tx>(
  renderMessage,
  async ({ input, granted: { actor }, request, ctx, signal }) => {
    // No connection is held while it waits for the renderer.
    const { content, context } = await ctx.database.read(actor.orgId, async (tx) =>
      asSeenIn(tx, ctx, actor, { content: input.content, url: request.url }),
    )
    return { rendered: (await ctx.renderer.render(actor, content, context, signal)).html }
  },
)

/**
 * What is rendered, and what of it whoever asks may see, in one snapshot: memory may still hold rights that have been taken away.
 * @throws StaleRights where they may nothing any more
 */
async function asSeenIn(
  tx: Tx,
  ctx: Context,
  remembered: Actor,
  { content: source, url }: { readonly content: string; readonly url: string },
): Promise<{ readonly content: string; readonly context: RenderContext }> {
  const { actor, rights } = await readActor(tx, remembered.userId)
  const isGood = actor?.generation === remembered.generation && authorize('self:use', actor, null, rights).ok
  if (!isGood) {
    ctx.facts.changed(tx.org, remembered.userId, rights)
    throw new StaleRights()
  }
  const content = normaliseContent(source, (await readMessageSettings(tx)).longest.content)
  const where = { url, linkifiers: await ctx.linkifiers.within(tx) }
  return { content, context: await loadRenderContext(actor, content, where, readingIn(tx)) }
}
