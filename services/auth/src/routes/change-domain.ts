import { changeDomain } from '@parley/api'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { ownership, unknownDomain } from '../ownership.ts'
import { readDomains, setSubdomains } from '../repo/domains.ts'
import { tellDomain } from '../tell-lists.ts'

export default route<typeof changeDomain, AuthContext, OrmTx>(
  changeDomain,
  ownership,
  async ({ input: { domain: given, allow_subdomains }, granted, rights, tx }) => {
    const domain = given.toLowerCase()
    await hold(tx, rights)
    const all = await readDomains(tx, granted)
    if (!all.some((one) => one.domain === domain)) throw unknownDomain(given)
    const id = await setSubdomains(tx, granted, { domain, allow_subdomains })
    if (id !== null)
      await tellDomain(tx, granted, id, { op: 'change', realm_domain: { domain, allow_subdomains } })
    return {}
  },
)
