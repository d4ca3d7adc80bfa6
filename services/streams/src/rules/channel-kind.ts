import type { ChannelKind } from '@parley/access'

/** What a request to make a channel asks for; absent history takes the default of the kind. */
export interface WantedKind {
  readonly inviteOnly: boolean
  readonly isWebPublic: boolean
  readonly historyPublicToSubscribers: boolean | undefined
}

/**
 * The channel's kind (Zulip API: web-public, public, private with shared or protected history). Everybody reads a
 * public channel's history, whatever was asked; a private one protects it unless asked otherwise.
 * @returns null for private and web-public at once
 */
export function channelKind(wanted: WantedKind): ChannelKind | null {
  if (wanted.inviteOnly && wanted.isWebPublic) return null
  return {
    inviteOnly: wanted.inviteOnly,
    isWebPublic: wanted.isWebPublic,
    historyPublicToSubscribers: wanted.inviteOnly ? (wanted.historyPublicToSubscribers ?? false) : true,
  }
}
