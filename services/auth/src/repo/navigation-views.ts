import type { Granted } from '@parley/access'
import { NavigationView } from '@parley/api'
import type { Tx } from '@parley/db'

/** The actor's views, by their fragments. */
export const readNavigationViews = (
  tx: Tx,
  { actor }: Granted<'self:use'> | Granted<'user:list'>,
): Promise<NavigationView[]> =>
  tx.query(
    NavigationView,
    `SELECT fragment, is_pinned, name FROM auth.navigation_views
      WHERE org_id = $1 AND user_id = $2 ORDER BY fragment COLLATE "C"`,
    [tx.org, actor.userId],
  )

/** Gives the actor a view, in place of the one of that fragment. */
export async function writeNavigationView(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  { fragment, is_pinned: pinned, name }: NavigationView,
): Promise<void> {
  await tx.execute(
    `INSERT INTO auth.navigation_views (org_id, user_id, fragment, is_pinned, name) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (org_id, user_id, fragment) DO UPDATE SET is_pinned = excluded.is_pinned, name = excluded.name`,
    [tx.org, actor.userId, fragment, pinned, name],
  )
}

/** Takes one of the actor's views away. @returns false where there is none of that fragment */
export async function deleteNavigationView(
  tx: Tx,
  { actor }: Granted<'self:use'>,
  fragment: string,
): Promise<boolean> {
  const gone = await tx.execute(
    'DELETE FROM auth.navigation_views WHERE org_id = $1 AND user_id = $2 AND fragment = $3',
    [tx.org, actor.userId, fragment],
  )
  return gone === 1
}
