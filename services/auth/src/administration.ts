import { insufficient, refusal } from './present/refusal.ts'
import type { Reason } from '@parley/access'

/** What administrators set about the organisation; whoever is none is told so. */
export const administration = {
  object: async (): Promise<{ readonly ownersOnly: boolean }> => ({ ownersOnly: false }),
  hidden: insufficient,
  denied: (_: unknown, reason: Reason) => refusal(reason),
}
