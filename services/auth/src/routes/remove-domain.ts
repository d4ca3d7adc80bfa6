import { removeDomain } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { ownership, unknownDomain } from '../ownership.ts'
import { deleteDomain } from '../repo/domains.ts'
import { tellDomain } from '../tell-lists.ts'

export default route<typeof removeDomain, AuthContext, OrmTx>(
  removeDomain,
  ownership,
  async ({ input: { domain: given }, granted, rights, tx }) => {
    const domain = given.toLowerCase()
    await hold(tx, rights)
    const id = await deleteDomain(tx, granted, domain)
    if (id === null) throw unknownDomain(given)
    await tellDomain(tx, granted, id, { op: 'remove', domain })
    return {}
  },
)
