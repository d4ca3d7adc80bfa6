import { deleteSnippet } from '@parley/api'
import { AppError } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, make, snippetChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { removeSnippet } from '../repo/snippets.ts'

export default route<typeof deleteSnippet, Context, Tx>(
  deleteSnippet,
  async ({ input, granted, actor, tx }) => {
    if (!(await removeSnippet(tx, granted, input.saved_snippet_id)))
      throw new AppError('NOT_FOUND', 'Saved snippet does not exist.')
    const body = { op: 'remove' as const, saved_snippet_id: input.saved_snippet_id }
    await append(tx, null, [make(snippetChanged, body, { users: [actor.userId] })])
    return {}
  },
)
