import { channelId, userId } from '@parley/core'
import { make, membershipGranted, type NewEvent, peerAdded, peerAddedWithin, userMoved } from '@parley/events'
import type { Joined, JoinedChannels } from '../repo/new-channels.ts'

/**
 * What the log says of a new account that came into channels, as where people come into them by themselves; to the
 * account itself nothing, as it has no queue yet. `by`: null for the operator.
 */
export const joinedEvents = (
  user: number,
  { channels, moved }: JoinedChannels,
  by: number | null,
): NewEvent[] => [
  ...channels.flatMap((joined) => [
    ...peers(user, joined),
    make(
      membershipGranted,
      { channel_id: joined.channel_id, user_ids: [user], by },
      { users: [userId(user)] },
    ),
  ]),
  ...moved.map((account) => make(userMoved, account)),
]

/** The list of subscribers, for those who may see it. */
function peers(user: number, joined: Joined): NewEvent[] {
  const { channel_id, creator_id, invite_only, is_web_public: to_guests, guests, overseers } = joined
  const body = { channel_id, creator_id, user_ids: [user] }
  const channel = channelId(channel_id)
  if (invite_only)
    return [make(peerAddedWithin, { ...body, guests_only: false }, { channel, users: overseers.map(userId) })]
  return [
    make(peerAdded, { ...body, to_guests }),
    ...(guests && !to_guests ? [make(peerAddedWithin, { ...body, guests_only: true }, { channel })] : []),
  ]
}
