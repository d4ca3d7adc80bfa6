import { reorderLinkifiers } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { readLinkifiers, writeLinkifiers } from '../repo/linkifiers.ts'
import { isOrderOf } from '../rules/order.ts'
import { tellLinkifiers } from '../tell-lists.ts'

export default route<typeof reorderLinkifiers, AuthContext, OrmTx>(
  reorderLinkifiers,
  administration,
  async ({ input: { ordered_linkifier_ids: order }, granted, rights, tx }) => {
    await hold(tx, rights)
    const all = await readLinkifiers(tx, granted)
    if (!isOrderOf(order, all))
      throw badRequest('The ordered list must enumerate all existing linkifiers exactly once')
    if (all.every(({ id }, place) => order[place] === id)) return {}
    const ordered = [...all].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
    await writeLinkifiers(tx, granted, ordered)
    await tellLinkifiers(tx, granted, 'reorder', null)
    return {}
  },
)
