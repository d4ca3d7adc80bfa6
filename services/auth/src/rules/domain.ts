import { badRequest } from '@parley/core'

/**
 * A domain as it is kept: in lower case.
 * @throws AppError BAD_REQUEST with Zulip's texts
 */
export function domainName(given: string): string {
  const domain = given.trim().toLowerCase()
  const wrong = faultOf(domain)
  if (wrong !== null) throw badRequest(`Invalid domain: ${wrong}`)
  return domain
}

function faultOf(domain: string): string | null {
  if (domain === '') return "Domain can't be empty."
  if (!domain.includes('.')) return 'Domain must have at least one dot (.)'
  if (domain.startsWith('.') || domain.endsWith('.')) return 'Domain cannot start or end with a dot (.)'
  const labels = domain.split('.')
  if (labels.includes('')) return "Consecutive '.' are not allowed."
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-')))
    return "Subdomains cannot start or end with a '-'."
  return /^[a-z0-9.-]+$/.test(domain) ? null : "Domain can only have letters, numbers, '.' and '-'s."
}
