import { z } from 'zod'

const Email = z.email().max(254)

/** Their addresses stand for those that are not shown, and are nobody's. */
const reserved = /@(?:parley|unknown)\.invalid$/i

/** An address as it is kept, or null for what is none. Letters beyond ASCII are refused: they have look-alikes. */
export function email(given: string): string | null {
  const parsed = Email.safeParse(given.trim())
  return parsed.success && !reserved.test(parsed.data) ? parsed.data : null
}

/** How addresses are compared: case and white space around them do not count. */
export const emailKey = (given: string): string => given.trim().toLowerCase()
