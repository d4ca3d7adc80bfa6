import { renderMessage } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { normaliseContent } from '@parley/markdown'
import type { Context } from '../context.ts'
import { readMessageSettings } from '../facts/message-settings.ts'
import { loadRenderContext, readingIn } from '../facts/render-context.ts'

export default route<typeof renderMessage, Context, Tx>(
  renderMessage,
  async ({ input, granted, request, ctx, tx }) => {
    const content = normaliseContent(input.content, (await readMessageSettings(tx)).longest.content)
    const where = { url: request.url, linkifiers: await ctx.linkifiers.within(tx) }
    const context = await loadRenderContext(granted.actor, content, where, readingIn(tx))
    return { rendered: (await ctx.renderer.render(granted.actor, content, context, 'a connection')).html }
  },
)
