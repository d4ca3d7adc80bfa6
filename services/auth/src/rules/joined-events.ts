import { channelId, userId } from '@parley/core'
import { make, membershipGranted, type NewEvent, peerAdded, peerAddedWithin, userMoved } from '@parley/events'
import type { JoinedDefaults } from '../repo/default-channels.ts'

/**
 * What the log says of a new account that came into public channels, as where people come into them by themselves; to the
 * account itself nothing, as it has no queue yet. `by`: null for the operator.
 */
export const joinedEvents = (
  user: number,
  { channels, moved }: JoinedDefaults,
  by: number | null,
): NewEvent[] => [
  ...channels.flatMap(({ channel_id, creator_id, guests }) => {
    const who = { channel_id, user_ids: [user] }
    const peers = { ...who, creator_id }
    const channel = channelId(channel_id)
    return [
      make(peerAdded, peers),
      ...(guests ? [make(peerAddedWithin, { ...peers, guests_only: true }, { channel })] : []),
      make(membershipGranted, { ...who, by }, { users: [userId(user)] }),
    ]
  }),
  ...moved.map((account) => make(userMoved, account)),
]
