import type { Granted } from '@parley/access'
import { prepared, type Tx } from '@parley/db'
import { z } from 'zod'
import { channelOf, type Made } from './channels.ts'

/** From here on these people receive what is sent to the channel. Only behind the head: message ids are compared. */
export async function startReceiving(
  tx: Tx,
  into: Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made,
  userIds: readonly number[],
): Promise<void> {
  if (userIds.length === 0) return
  await tx.execute(prepared('SELECT messaging.v1_subscribed($1, $2, $3::integer[])'), [
    tx.org,
    channelOf(into),
    userIds,
  ])
}

/** What one person had left unread in a channel, ascending. */
export interface LeftUnread {
  readonly userId: number
  readonly messages: readonly number[]
}

/**
 * From here on these people, each with a proof, receive nothing of the channel, and nothing of it is unread to them.
 * Behind the head, as above.
 * @returns what was unread, the newest `most` messages of each person
 */
export async function stopReceiving(
  tx: Tx,
  leaving: Granted<'channel:unsubscribe'>,
  userIds: readonly number[],
  most: number,
): Promise<LeftUnread[]> {
  if (userIds.length === 0) return []
  const rows = await tx.query(
    z.object({ user_id: z.int(), message_ids: z.array(z.int()) }),
    prepared('SELECT user_id, message_ids FROM messaging.v2_unsubscribed($1, $2, $3::integer[], $4)'),
    [tx.org, leaving.object.channel.channelId, userIds, most],
  )
  return rows.map((row) => ({ userId: row.user_id, messages: row.message_ids }))
}
