import { removePlayground } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { deletePlayground } from '../repo/playgrounds.ts'
import { tellPlaygrounds } from '../tell-lists.ts'

export default route<typeof removePlayground, AuthContext, OrmTx>(
  removePlayground,
  administration,
  async ({ input: { playground_id: id }, granted, rights, tx }) => {
    await hold(tx, rights)
    if (!(await deletePlayground(tx, granted, id))) throw badRequest('Invalid playground')
    await tellPlaygrounds(tx, granted, 'remove', id)
    return {}
  },
)
