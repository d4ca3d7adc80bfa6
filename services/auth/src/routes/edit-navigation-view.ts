import { editNavigationView } from '@parley/api'
import { AppError } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, hold, make, navigationViewChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { readNavigationViews, writeNavigationView } from '../repo/navigation-views.ts'
import { checkedView } from '../rules/navigation-view.ts'

export default route<typeof editNavigationView, AuthContext, OrmTx>(
  editNavigationView,
  async ({ input: { fragment, ...given }, granted, rights, tx }) => {
    await hold(tx, rights)
    const views = await readNavigationViews(tx, granted)
    const before = views.find((view) => view.fragment === fragment)
    if (!before) throw new AppError('NOT_FOUND', 'Navigation view does not exist.')
    const others = views.filter((view) => view !== before)
    const view = checkedView(
      { fragment, is_pinned: given.is_pinned ?? before.is_pinned, name: given.name ?? before.name },
      others,
    )
    const data = {
      ...(view.is_pinned === before.is_pinned ? {} : { is_pinned: view.is_pinned }),
      ...(view.name === before.name ? {} : { name: view.name }),
    }
    if (Object.keys(data).length === 0) return {}
    await writeNavigationView(tx, granted, view)
    const told = { op: 'update' as const, fragment, data }
    await append(tx, rights, [make(navigationViewChanged, told, { users: [granted.actor.userId] })])
    return {}
  },
)
