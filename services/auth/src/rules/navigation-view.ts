import type { NavigationView } from '@parley/api'
import { badRequest } from '@parley/core'

/** What clients know by themselves, and name. */
const builtIn = new Set([
  'inbox',
  'recent',
  'feed',
  'drafts',
  'scheduled',
  'reminders',
  'narrow/has/reaction/sender/me',
  'narrow/is/mentioned',
  'narrow/is/starred',
])

/** A view as it is kept. @param others the person's other views. @throws AppError BAD_REQUEST */
export function checkedView(
  { fragment, is_pinned, name }: NavigationView,
  others: readonly NavigationView[],
): NavigationView {
  if (fragment.trim() === '') throw badRequest('fragment cannot be blank')
  if (builtIn.has(fragment)) {
    if (name !== null) throw badRequest('Built-in views cannot have a custom name.')
    return { fragment, is_pinned, name }
  }
  const trimmed = name?.trim() ?? ''
  if (trimmed === '') throw badRequest('Custom views must have a valid name.')
  if (others.some((other) => other.name === trimmed)) throw badRequest('Navigation view already exists.')
  return { fragment, is_pinned, name: trimmed }
}
