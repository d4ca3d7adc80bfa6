import { renderMessage } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import { normaliseContent, render } from '@parley/markdown'
import type { Context } from '../context.ts'
import { loadRenderContext } from '../facts/render-context.ts'

export default route<typeof renderMessage, Context, Tx>(
  renderMessage,
  async ({ input, granted, request, ctx, tx }) => {
    const content = normaliseContent(input.content)
    // The transaction is open already; nothing else is asked of a database here.
    const here = { read: <R>(_org: unknown, fn: (tx: Tx) => Promise<R>) => fn(tx) }
    const where = { url: request.url, linkifiers: await ctx.linkifiers.within(tx) }
    return { rendered: render(content, await loadRenderContext(granted.actor, content, where, here)).html }
  },
)
