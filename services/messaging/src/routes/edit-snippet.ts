import { editSnippet } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, snippetChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { changeSnippet } from '../repo/snippets.ts'
import { snippetContent, snippetTitle } from '../rules/snippet-text.ts'

export default route<typeof editSnippet, Context, Tx>(editSnippet, async ({ input, granted, actor, tx }) => {
  const text = {
    title: input.title === undefined ? undefined : snippetTitle(input.title),
    content: input.content === undefined ? undefined : snippetContent(input.content),
  }
  const snippet = await changeSnippet(tx, granted, input.saved_snippet_id, text)
  if (!snippet) throw new AppError('NOT_FOUND', 'Saved snippet does not exist.')
  const body = { op: 'update' as const, saved_snippet: snippet }
  await append(tx, null, [make(snippetChanged, body, { users: [actor.userId] })])
  return {}
})
