import type { ChannelFacts, ChannelKind } from '@parley/access'
import { channelKind, type NoKind } from './channel-kind.ts'

interface Asked {
  readonly is_private?: boolean | undefined
  readonly is_web_public?: boolean | undefined
  readonly history_public_to_subscribers?: boolean | undefined
}

/**
 * The kind that a channel is to get; null where none is asked for. One that it has already is asked for all the same. What is
 * not asked for stays, but for the history of a channel that is asked to be private: that takes the default.
 */
export function kindChange(asked: Asked, now: ChannelFacts): ChannelKind | NoKind | null {
  const { is_private, is_web_public, history_public_to_subscribers } = asked
  if ((is_private ?? is_web_public ?? history_public_to_subscribers) === undefined) return null
  return channelKind({
    inviteOnly: is_private ?? now.inviteOnly,
    isWebPublic: is_web_public ?? now.isWebPublic,
    historyPublicToSubscribers:
      history_public_to_subscribers ??
      (is_private === undefined || is_private === now.inviteOnly
        ? now.historyPublicToSubscribers
        : undefined),
  })
}
