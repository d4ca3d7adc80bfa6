import { getNavigationViews } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { readNavigationViews } from '../repo/navigation-views.ts'

export default route<typeof getNavigationViews, AuthContext, OrmTx>(
  getNavigationViews,
  async ({ granted, tx }) => ({ navigation_views: await readNavigationViews(tx, granted) }),
)
