import { getSnippets } from '@parley/api'
import type { Tx } from '@parley/db'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { readSnippets } from '../repo/snippets.ts'

export default route<typeof getSnippets, Context, Tx>(getSnippets, async ({ granted, tx }) => ({
  saved_snippets: await readSnippets(tx, granted),
}))
