import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { json, pathInt, text } from '../param.ts'

/** What becomes a link wherever it stands in a message or topic. */
export const Linkifier = z.object({
  id: z.int(),
  /** RE2. */
  pattern: z.string(),
  /** RFC 6570; its variables are the pattern's groups. */
  url_template: z.string(),
})
export type Linkifier = z.infer<typeof Linkifier>

/** Most linkifiers of one organisation. */
export const maxLinkifiers = 50

const own = {
  service: 'auth',
  access: 'organisation:change',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
} as const
const all = '/api/v1/realm/linkifiers'
const one = '/api/v1/realm/filters/{filter_id}'
const rule = { pattern: text(250), url_template: text(2_000) }

/** The organisation's linkifiers, in their order: of two that find the same place the first has it. */
export const getLinkifiers = operation({
  ...own,
  id: 'get-linkifiers',
  method: 'GET',
  path: all,
  access: 'organisation:read',
  transaction: 'read',
  params: {},
  response: z.object({ linkifiers: z.array(Linkifier) }),
})

/** Adds a linkifier behind the others. */
export const addLinkifier = operation({
  ...own,
  id: 'add-linkifier',
  method: 'POST',
  path: '/api/v1/realm/filters',
  params: rule,
  response: z.object({ id: z.int() }),
})

/** Gives a linkifier another pattern and address; what was sent before stays as it is. */
export const updateLinkifier = operation({
  ...own,
  id: 'update-linkifier',
  method: 'PATCH',
  path: one,
  idempotent: true,
  params: { ...rule, filter_id: pathInt() },
  response: z.object({}),
})

/** Takes a linkifier away. */
export const removeLinkifier = operation({
  ...own,
  id: 'remove-linkifier',
  method: 'DELETE',
  path: one,
  params: { filter_id: pathInt() },
  response: z.object({}),
})

/** Puts the linkifiers into another order; `ordered_linkifier_ids` names each of them. */
export const reorderLinkifiers = operation({
  ...own,
  id: 'reorder-linkifiers',
  method: 'PATCH',
  path: all,
  idempotent: true,
  params: { ordered_linkifier_ids: json(z.array(z.int()).max(maxLinkifiers)) },
  response: z.object({}),
})
