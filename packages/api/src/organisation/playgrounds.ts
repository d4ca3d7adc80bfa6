import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { pathInt, text } from '../param.ts'

/** A place where code of a language can be tried. */
export const Playground = z.object({
  id: z.int(),
  name: z.string(),
  pygments_language: z.string(),
  /** RFC 6570, with the variable `code`. */
  url_template: z.string(),
})
export type Playground = z.infer<typeof Playground>

/** Most playgrounds of one organisation. */
export const maxPlaygrounds = 100

const own = {
  service: 'auth',
  access: 'organisation:change',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
} as const

/** Adds a playground. */
export const addPlayground = operation({
  ...own,
  id: 'add-code-playground',
  method: 'POST',
  path: '/api/v1/realm/playgrounds',
  params: { name: text(40), pygments_language: text(40), url_template: text(2_000) },
  response: z.object({ id: z.int() }),
})

/** Takes a playground away. */
export const removePlayground = operation({
  ...own,
  id: 'remove-code-playground',
  method: 'DELETE',
  path: '/api/v1/realm/playgrounds/{playground_id}',
  params: { playground_id: pathInt() },
  response: z.object({}),
})
