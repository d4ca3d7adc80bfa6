import { removeNavigationView } from '@parley/api'
import { AppError } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { append, hold, make, navigationViewChanged } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { deleteNavigationView } from '../repo/navigation-views.ts'

export default route<typeof removeNavigationView, AuthContext, OrmTx>(
  removeNavigationView,
  async ({ input: { fragment }, granted, rights, tx }) => {
    await hold(tx, rights)
    if (!(await deleteNavigationView(tx, granted, fragment)))
      throw new AppError('NOT_FOUND', 'Navigation view does not exist.')
    const told = { op: 'remove' as const, fragment }
    await append(tx, rights, [make(navigationViewChanged, told, { users: [granted.actor.userId] })])
    return {}
  },
)
