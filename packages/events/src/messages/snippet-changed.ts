import { SavedSnippet } from '@parley/api'
import { z } from 'zod'
import { event } from '../event.ts'

const Body = z.discriminatedUnion('op', [
  z.object({ op: z.enum(['add', 'update']), saved_snippet: SavedSnippet }),
  z.object({ op: z.literal('remove'), saved_snippet_id: z.int() }),
])
export type SnippetChanged = z.infer<typeof Body>

/** A user's saved snippet came, changed or went; only that user's queues see it. */
export const snippetChanged = event({
  type: 'snippet.changed',
  emitter: 'messaging',
  audience: 'users',
  body: Body,
  wire: ['saved_snippets'],
  shape: (body) => ({ type: 'saved_snippets', ...body }),
})
