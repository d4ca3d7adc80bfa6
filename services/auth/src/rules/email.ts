import { z } from 'zod'

const Email = z.email().max(254)

/** Their addresses stand for those that are not shown, and are nobody's. */
const reserved = /@(?:parley|unknown)\.invalid$/i

/** Has it the form of an address? Letters beyond ASCII are refused: they have look-alikes. */
export const isAddress = (given: string): boolean => Email.safeParse(given.trim()).success

/** An address as it is kept, or null for what is none, or nobody's. */
export function email(given: string): string | null {
  const address = given.trim()
  return isAddress(address) && !reserved.test(address) ? address : null
}

/** How addresses are compared: case and white space around them do not count. */
export const emailKey = (given: string): string => given.trim().toLowerCase()
