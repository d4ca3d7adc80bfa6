import { badRequest } from '@parley/core'
import { insufficient, refusal } from './present/refusal.ts'

/** What owners alone set about the organisation; whoever is none is told so. */
export const ownership = {
  object: async (): Promise<{ readonly ownersOnly: boolean }> => ({ ownersOnly: true }),
  hidden: insufficient,
  denied: () => refusal('owners-only'),
}

/** The answer for a domain that the organisation does not have. */
export const unknownDomain = (domain: string) => badRequest(`No entry found for domain ${domain}.`)
