import { z } from 'zod'
import { apiByUser } from '../limits.ts'
import { operation } from '../operation.ts'
import { bool, nullable, optional, pathText, text } from '../param.ts'

/** A view that one keeps at hand. `name` is null for those that clients know. */
export const NavigationView = z.object({
  /** Where it is in the client, without `#`. */
  fragment: z.string(),
  is_pinned: z.boolean(),
  name: z.string().nullable(),
})
export type NavigationView = z.infer<typeof NavigationView>

/** Most views of one person. */
export const maxNavigationViews = 100
const longestFragment = 2_000
const longestName = 100

const own = {
  service: 'auth',
  access: 'self:use',
  limits: apiByUser,
  callers: ['gateway'],
  transaction: 'write',
  response: z.object({}),
  since: 390,
} as const
const one = '/api/v1/navigation_views/{fragment}'

/** One's own views. */
export const getNavigationViews = operation({
  ...own,
  id: 'get-navigation-views',
  method: 'GET',
  path: '/api/v1/navigation_views',
  transaction: 'read',
  params: {},
  response: z.object({ navigation_views: z.array(NavigationView) }),
})

/** Keeps a view. */
export const addNavigationView = operation({
  ...own,
  id: 'add-navigation-view',
  method: 'POST',
  path: '/api/v1/navigation_views',
  params: {
    fragment: text(longestFragment),
    is_pinned: bool(),
    name: nullable(text(longestName)),
  },
})

/** Changes what is given of a view. */
export const editNavigationView = operation({
  ...own,
  id: 'edit-navigation-view',
  method: 'PATCH',
  path: one,
  idempotent: true,
  params: {
    fragment: pathText(longestFragment),
    is_pinned: optional(bool()),
    name: optional(text(longestName)),
  },
})

/** Gives a view up. */
export const removeNavigationView = operation({
  ...own,
  id: 'remove-navigation-view',
  method: 'DELETE',
  path: one,
  params: { fragment: pathText(longestFragment) },
})
