import type { ChannelKind } from '@parley/access'

/** What a request to make a channel asks for; absent history takes the default of the kind. */
export interface WantedKind {
  readonly inviteOnly: boolean
  readonly isWebPublic: boolean
  readonly historyPublicToSubscribers: boolean | undefined
}

/** There is no channel that is as asked. */
export interface NoKind {
  /** What is said of it. */
  readonly refusal: string
}

/**
 * The channel's kind (Zulip API: web-public, public, private with shared or protected history). Everybody reads the
 * history of a channel that is not private; a private one protects it unless asked otherwise.
 */
export function channelKind(wanted: WantedKind): ChannelKind | NoKind {
  const { inviteOnly, isWebPublic, historyPublicToSubscribers = !inviteOnly } = wanted
  if (inviteOnly && isWebPublic) return { refusal: 'Private channels cannot be web-public.' }
  if (!inviteOnly && !historyPublicToSubscribers)
    return { refusal: 'Only private channels can have protected history.' }
  return { inviteOnly, isWebPublic, historyPublicToSubscribers }
}
