import { badRequest } from '@parley/core'

/** Longest time that can be named, in days. */
const most = 1_000_000

/**
 * For how many days a channel keeps its messages, as clients say it (Zulip API: `message_retention_days`).
 * @returns -1 for ever; null as long as the organisation keeps its own
 * @throws AppError BAD_REQUEST for what is no time
 */
export function retentionDays(given: string): number | null {
  const said = given.replaceAll('"', '')
  if (said === 'realm_default') return null
  if (said === 'unlimited' || said === 'forever') return -1
  const days = /^[0-9]{1,7}$/.test(said) ? Number(said) : 0
  if (days < 1 || days > most) throw badRequest("Bad value for 'message_retention_days'")
  return days
}
