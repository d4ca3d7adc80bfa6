import { allow, type Decision, deny } from '../decision.ts'

/** Which e-mail addresses accounts of an organisation may have. */
export interface AddressPolicy {
  /** Only those of these domains; null where any will do. None at all, where the list is empty. */
  readonly domains: readonly { readonly domain: string; readonly subdomains: boolean }[] | null
  readonly disposable: boolean
}

/** As where nothing is set. */
export const anyAddress: AddressPolicy = { domains: null, disposable: true }

/** An address that somebody is to come in with. Lower case. */
export interface AddressFacts {
  readonly policy: AddressPolicy
  readonly local: string
  readonly domain: string
  /** Does its domain give addresses to anybody who asks, for a while? */
  readonly disposable: boolean
}

/**
 * May an account have this address? Where only certain domains are let in, none with a plus: one person could have any number
 * of those.
 */
export function addressComesIn({ policy, local, domain, disposable }: AddressFacts): Decision {
  if (policy.domains) {
    if (!policy.domains.some((named) => within(domain, named))) return deny('address-outside')
    if (local.includes('+')) return deny('address-plus')
  }
  return disposable && !policy.disposable ? deny('address-disposable') : allow()
}

const within = (domain: string, named: { readonly domain: string; readonly subdomains: boolean }): boolean =>
  domain === named.domain || (named.subdomains && domain.endsWith(`.${named.domain}`))
