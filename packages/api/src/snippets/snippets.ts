import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { optional, pathInt, text } from '../param.ts'

/** A text to be used again (Zulip API: saved snippets). */
export const SavedSnippet = z.object({
  id: z.int(),
  title: z.string(),
  content: z.string(),
  /** Seconds since the Unix epoch. */
  date_created: z.int(),
})
export type SavedSnippet = z.infer<typeof SavedSnippet>

/** Longest title (Zulip API). */
export const maxSnippetTitle = 60
/** Most snippets of one person. */
export const maxSnippets = 1_000

const own = { service: 'messaging', access: 'self:use', limits: apiByUser, callers: ['gateway'] } as const

/** One's own snippets. */
export const getSnippets = operation({
  ...own,
  id: 'get-saved-snippets',
  method: 'GET',
  path: '/api/v1/saved_snippets',
  transaction: 'read',
  params: {},
  response: z.object({ saved_snippets: z.array(SavedSnippet) }),
})

/** Keeps a snippet. */
export const createSnippet = operation({
  ...own,
  id: 'create-saved-snippet',
  method: 'POST',
  path: '/api/v1/saved_snippets',
  transaction: 'write',
  bodyLimit: 192 * 1024,
  params: { title: text(maxSnippetTitle), content: text(10_000) },
  response: z.object({ saved_snippet_id: z.int() }),
})

/** Changes a snippet's title or content. */
export const editSnippet = operation({
  ...own,
  id: 'edit-saved-snippet',
  method: 'PATCH',
  path: '/api/v1/saved_snippets/{saved_snippet_id}',
  transaction: 'write',
  bodyLimit: 192 * 1024,
  idempotent: true,
  params: {
    saved_snippet_id: pathInt(),
    title: optional(text(maxSnippetTitle)),
    content: optional(text(10_000)),
  },
  response: z.object({}),
})

/** Throws a snippet away. */
export const deleteSnippet = operation({
  ...own,
  id: 'delete-saved-snippet',
  method: 'DELETE',
  path: '/api/v1/saved_snippets/{saved_snippet_id}',
  transaction: 'write',
  params: { saved_snippet_id: pathInt() },
  response: z.object({}),
})
