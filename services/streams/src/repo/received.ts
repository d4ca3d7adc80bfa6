import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { channelOf, type Made } from './channels.ts'

/** From here on these people receive what is sent to the channel. Only behind the head: message ids are compared. */
export async function startReceiving(
  tx: Tx,
  into: Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made,
  userIds: readonly number[],
): Promise<void> {
  if (userIds.length === 0) return
  await tx.execute('SELECT messaging.v1_subscribed($1, $2, $3::integer[])', [
    tx.org,
    channelOf(into),
    userIds,
  ])
}

/** From here on these people, each with a proof, receive nothing of the channel. Behind the head, as above. */
export async function stopReceiving(
  tx: Tx,
  leaving: Granted<'channel:unsubscribe'>,
  userIds: readonly number[],
): Promise<void> {
  if (userIds.length === 0) return
  await tx.execute('SELECT messaging.v1_unsubscribed($1, $2, $3::integer[])', [
    tx.org,
    leaving.object.channel.channelId,
    userIds,
  ])
}
