import { type CostlyReads, type CostlyReadsBounds, createCostlyReads } from './costly-reads.ts'

/** Most messages in one answer to who has no account. */
export const mostLookedAt = 1000

/**
 * Keeps what people without an account read from taking the database away from everybody else: whatever they narrow by may
 * walk through every message of an organisation that they are shown. All of them are one person to it, and what they read
 * is counted apart from what people of the organisation search for.
 */
export const createLooks = (bounds: Partial<CostlyReadsBounds> = {}): CostlyReads =>
  createCostlyReads(
    { perPerson: 3, perOrganisation: 3, perProcess: 4, statementMs: 1_000, ...bounds },
    { busy: 'Too many look at once', slow: 'It took too long: narrow it down' },
  )
