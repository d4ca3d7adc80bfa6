import { botType } from '@parley/access'
import { badRequest } from '@parley/core'

/** Kinds that this server runs: nothing is sent to other servers, and no code of bots runs here. */
const built: readonly number[] = [botType.generic, botType.incomingWebhook]

/** @throws AppError BAD_REQUEST for kinds that there are not, and for those that are not built */
export function checkBotType(type: number): void {
  if (built.includes(type)) return
  const known = Object.values<number>(botType).includes(type)
  throw badRequest(known ? 'Bots of this type are not supported by this server.' : 'Invalid bot type')
}

/**
 * The address of a bot (Zulip API: `realm_bot_domain`).
 * @param url the organisation's
 * @throws AppError BAD_REQUEST for a short name that makes none
 */
export function botEmail(shortName: string, url: string): string {
  const name = shortName.trim().replace(/-bot$/, '')
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?$/.test(name) || name.includes('..'))
    throw badRequest('Bad name or username')
  return `${name}-bot@${new URL(url).hostname}`
}

/** What a bot's clients are to do where they do not say. */
export interface Preferences {
  readonly default_sending_stream?: string | undefined
  readonly default_events_register_stream?: string | undefined
  readonly default_all_public_streams?: boolean | undefined
}

/** @throws AppError BAD_REQUEST where something is chosen: nothing would follow from it yet */
export function checkPreferences(given: Preferences): void {
  if (given.default_sending_stream) throw badRequest('default_sending_stream is not supported.')
  if (given.default_events_register_stream)
    throw badRequest('default_events_register_stream is not supported.')
  if (given.default_all_public_streams) throw badRequest('default_all_public_streams is not supported.')
}
