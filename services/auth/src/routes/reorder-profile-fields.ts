import { reorderProfileFields } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { orderProfileFields, readProfileFields } from '../repo/profile-fields.ts'
import { isOrderOf } from '../rules/order.ts'
import { tellFields } from '../tell-lists.ts'

export default route<typeof reorderProfileFields, AuthContext, OrmTx>(
  reorderProfileFields,
  administration,
  async ({ input: { order }, granted, rights, tx }) => {
    await hold(tx, rights)
    const fields = await readProfileFields(tx, granted)
    if (!isOrderOf(order, fields)) throw badRequest('Invalid order mapping.')
    if (fields.every(({ id }, place) => order[place] === id)) return {}
    await orderProfileFields(tx, granted, order)
    await tellFields(tx, granted, 'reorder', null)
    return {}
  },
)
