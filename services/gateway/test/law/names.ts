import { createHash } from 'node:crypto'

/** What a number of the law's organisation is in the database: all have as many digits as what is not there. */
export const ids = {
  person: (id: number): number => 1000 + id,
  channel: (id: number): number => 2000 + id,
  /** Groups of roles have the same ids in both. */
  group: (id: number): number => (id < 100 ? id : 3000 + id),
  message: (id: number): number => 4000 + id,
  /** One for each that somebody could have given as each role. */
  invitation: (inviter: number, role: number): number => 500_000 + inviter * 1_000 + role,
  /** Of each kind, one that never was. */
  missing: { person: 1999, channel: 2999, group: 3999, message: 4999, invitation: 999_999 },
}
export const channelName = (id: number): string => `channel ${ids.channel(id)}`
/** A domain, or an address of it, that gives addresses away, by a name that the product knows. */
export const known = (address: string): string => address.replace('throwaway.test', 'mailinator.com')
export const topicOf = (id: number): string => `about ${ids.message(id)}`
export const emailOf = (id: number): string => `u${ids.person(id)}@law.example`

/** Deactivated ones have a key too: it must open nothing. */
export const keyOf = (id: number): string =>
  createHash('sha256').update(`key of ${id}`).digest('hex').slice(0, 32)
