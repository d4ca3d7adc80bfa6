import { channelId, userId, type UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import { make, type NewEvent, peerAdded, peerAddedWithin } from '@parley/events'
import { z } from 'zod'

const List = z.object({
  channel_id: z.int(),
  invite_only: z.boolean(),
  is_web_public: z.boolean(),
  guests: z.boolean(),
  overseers: z.array(z.int()),
})

/**
 * What the log says of an account that comes back to the channels it is still in: clients dropped it from every list of
 * subscribers when it was deactivated.
 */
export async function backInLists(tx: Tx, user: UserId): Promise<NewEvent[]> {
  const lists = await tx.query(
    List,
    `SELECT l.channel_id, l.invite_only, c.is_web_public, l.guests, l.overseers
     FROM streams.v1_lists_with($1, $2) l
     JOIN streams.v1_channels c ON c.org_id = $1 AND c.channel_id = l.channel_id`,
    [tx.org, user],
  )
  return lists.flatMap(({ channel_id, invite_only, is_web_public: to_guests, guests, overseers }) => {
    const body = { channel_id, user_ids: [user] }
    const channel = channelId(channel_id)
    if (invite_only) {
      const to = { channel, users: overseers.map(userId) }
      return [make(peerAddedWithin, { ...body, guests_only: false }, to)]
    }
    const alone = guests && !to_guests
    const within = alone ? [make(peerAddedWithin, { ...body, guests_only: true }, { channel })] : []
    return [make(peerAdded, { ...body, to_guests }), ...within]
  })
}
