import { updateLinkifier } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import { administration } from '../administration.ts'
import type { AuthContext } from '../context.ts'
import { readLinkifiers, writeLinkifiers } from '../repo/linkifiers.ts'
import { checkedLinkifier, refuseTwice } from '../rules/linkifier.ts'
import { tellLinkifiers } from '../tell-lists.ts'

export default route<typeof updateLinkifier, AuthContext, OrmTx>(
  updateLinkifier,
  administration,
  async ({ input: { filter_id: id, ...given }, granted, rights, tx }) => {
    const rule = checkedLinkifier(given)
    await hold(tx, rights)
    const all = await readLinkifiers(tx, granted)
    const before = all.find((linkifier) => linkifier.id === id)
    if (!before) throw badRequest('Linkifier not found.')
    refuseTwice(
      rule,
      all.filter((linkifier) => linkifier !== before),
    )
    if (rule.pattern === before.pattern && rule.url_template === before.url_template) return {}
    const after = all.map((linkifier) => (linkifier === before ? { id, ...rule } : linkifier))
    await writeLinkifiers(tx, granted, after)
    await tellLinkifiers(tx, granted, 'update', id)
    return {}
  },
)
