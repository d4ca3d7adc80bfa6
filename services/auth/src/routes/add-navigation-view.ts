import { addNavigationView, maxNavigationViews } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, hold, make, navigationViewChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { readNavigationViews, writeNavigationView } from '../repo/navigation-views.ts'
import { checkedView } from '../rules/navigation-view.ts'

export default route<typeof addNavigationView, AuthContext, OrmTx>(
  addNavigationView,
  async ({ input, granted, rights, tx }) => {
    await hold(tx, rights)
    const views = await readNavigationViews(tx, granted)
    if (views.some(({ fragment }) => fragment === input.fragment))
      throw badRequest('Navigation view already exists.')
    if (views.length >= maxNavigationViews)
      throw badRequest(`Too many navigation views (limit: ${maxNavigationViews})`)
    const view = checkedView({ ...input, name: input.name ?? null }, views)
    await writeNavigationView(tx, granted, view)
    const told = { op: 'add' as const, navigation_view: view }
    await append(tx, rights, [make(navigationViewChanged, told, { users: [granted.actor.userId] })])
    return {}
  },
)
