import { addDomain, maxDomains } from '@parley/api'
import { badRequest } from '@parley/core'
import type { OrmTx } from '@parley/db'
import { hold } from '@parley/events'
import { route } from '@parley/kit'
import type { AuthContext } from '../context.ts'
import { ownership } from '../ownership.ts'
import { insertDomain, readDomains } from '../repo/domains.ts'
import { domainName } from '../rules/domain.ts'
import { tellDomain } from '../tell-lists.ts'

export default route<typeof addDomain, AuthContext, OrmTx>(
  addDomain,
  ownership,
  async ({ input, granted, rights, tx }) => {
    const domain = domainName(input.domain)
    await hold(tx, rights)
    const all = await readDomains(tx, granted)
    if (all.some((one) => one.domain === domain))
      throw badRequest(`The domain ${domain} is already a part of your organization.`)
    if (all.length >= maxDomains) throw badRequest(`Too many domains (limit: ${maxDomains})`)
    const added = { domain, allow_subdomains: input.allow_subdomains }
    const id = await insertDomain(tx, granted, added)
    await tellDomain(tx, granted, id, { op: 'add', realm_domain: added })
    return { new_domain: [id, domain] as [number, string] }
  },
)
