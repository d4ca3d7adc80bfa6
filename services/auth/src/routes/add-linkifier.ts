import { addLinkifier, maxLinkifiers } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { drawLinkifierId, readLinkifiers, writeLinkifiers } from '../repo/linkifiers.ts'
import { checkedLinkifier, refuseTwice } from '../rules/linkifier.ts'
import { tellLinkifiers } from '../tell-lists.ts'

export default route<typeof addLinkifier, AuthContext, OrmTx>(
  addLinkifier,
  administration,
  async ({ input, granted, rights, tx }) => {
    const rule = checkedLinkifier(input)
    await hold(tx, rights)
    const all = await readLinkifiers(tx, granted)
    if (all.length >= maxLinkifiers) throw badRequest(`Too many linkifiers (limit: ${maxLinkifiers})`)
    refuseTwice(rule, all)
    const id = await drawLinkifierId(tx)
    await writeLinkifiers(tx, granted, [...all, { id, ...rule }])
    await tellLinkifiers(tx, granted, 'add', id)
    return { id }
  },
)
