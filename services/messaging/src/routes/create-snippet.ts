import { createSnippet, maxSnippets } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, snippetChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { countSnippets, insertSnippet } from '../repo/snippets.ts'
import { snippetContent, snippetTitle } from '../rules/snippet-text.ts'

export default route<typeof createSnippet, Context, Tx>(
  createSnippet,
  async ({ input, granted, actor, ctx, tx }) => {
    const text = { title: snippetTitle(input.title), content: snippetContent(input.content) }
    if ((await countSnippets(tx, granted)) >= maxSnippets)
      throw badRequest(`Too many saved snippets (limit: ${maxSnippets})`)
    const snippet = await insertSnippet(tx, granted, text, Math.floor(ctx.clock.now() / 1000))
    const body = { op: 'add' as const, saved_snippet: snippet }
    await append(tx, null, [make(snippetChanged, body, { users: [actor.userId] })])
    return { saved_snippet_id: snippet.id }
  },
)
