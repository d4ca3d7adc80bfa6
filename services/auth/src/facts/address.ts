import type { AddressFacts, AddressPolicy } from '@parley/access'
import type { Tx } from '@parley/db'
import { z } from 'zod'
import { organisationValues } from '../rules/organisation-values.ts'
import { KeptSettings } from '../repo/organisation-settings.ts'
import { isDisposable } from '../rules/disposable.ts'
import { emailKey } from '../rules/email.ts'

const Row = z.object({
  settings: KeptSettings,
  domains: z.array(z.object({ domain: z.string(), subdomains: z.boolean() })),
})

/** Which addresses the organisation lets in. */
export async function addressPolicy(tx: Tx): Promise<AddressPolicy> {
  const [row] = await tx.query(
    Row,
    `SELECT (SELECT settings FROM auth.settings WHERE org_id = $1) AS settings,
            coalesce((SELECT jsonb_agg(jsonb_build_object('domain', domain, 'subdomains', allow_subdomains))
                        FROM auth.domains WHERE org_id = $1), '[]') AS domains`,
    [tx.org],
  )
  const values = organisationValues(row?.settings ?? null, { name: '', description: '' })
  return {
    domains: values['emails_restricted_to_domains'] === false ? null : (row?.domains ?? []),
    disposable: values['disallow_disposable_email_addresses'] === false,
  }
}

/** What decides about an address that somebody is to come in with; of a text that is none, what stands for it. */
export function addressFacts(policy: AddressPolicy, given: string): AddressFacts {
  const address = emailKey(given)
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  return { policy, local: address.slice(0, Math.max(at, 0)), domain, disposable: isDisposable(domain) }
}
