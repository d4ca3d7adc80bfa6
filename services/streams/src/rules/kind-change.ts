import type { ChannelFacts, ChannelKind } from '@parley/access'
import { badRequest } from '@parley/core'
import { channelKind } from './channel-kind.ts'

interface Asked {
  readonly is_private?: boolean | undefined
  readonly is_web_public?: boolean | undefined
  readonly history_public_to_subscribers?: boolean | undefined
}

/**
 * The kind that a channel is to get; null where it keeps its own. What is not asked for stays, but for the history of a
 * channel that is asked to be private: that takes the default.
 * @throws AppError BAD_REQUEST for private and web-public at once
 */
export function kindChange(asked: Asked, now: ChannelFacts): ChannelKind | null {
  const kind = channelKind({
    inviteOnly: asked.is_private ?? now.inviteOnly,
    isWebPublic: asked.is_web_public ?? now.isWebPublic,
    historyPublicToSubscribers:
      asked.history_public_to_subscribers ??
      (asked.is_private === undefined || asked.is_private === now.inviteOnly
        ? now.historyPublicToSubscribers
        : undefined),
  })
  if (!kind) throw badRequest('Private channels cannot be web-public.')
  const same =
    kind.inviteOnly === now.inviteOnly &&
    kind.isWebPublic === now.isWebPublic &&
    kind.historyPublicToSubscribers === now.historyPublicToSubscribers
  return same ? null : kind
}
