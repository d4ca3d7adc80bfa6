import type { Granted } from '@parley/access'
import type { Rights, Seq } from '@parley/core'
import { prepared, type Tx } from '@parley/db'
import { appendBy, type NewEvent } from '@parley/events'
import { channelOf, type Made } from './channels.ts'

/** What the log says of it. */
export interface Told {
  readonly events: readonly NewEvent[]
  /** Behind what it says of messages that are read now. */
  readonly after: readonly NewEvent[]
  /** So many of the newest messages that one left unread are told at most. */
  readonly mostUnread: number
  /** Does the transaction end with it? Nothing may be refused behind it then. */
  readonly ends: boolean
}

const write =
  prepared(`SELECT seq, rights FROM streams.write_memberships($1, $2, $3, $4, $5, $6, $7::integer[], $8::integer[], $9,
     $10::integer[], $11::integer[])`)

/**
 * Takes the head, and from here on those who leave receive nothing of the channel, and nothing of it is unread to them; who
 * comes receives what is sent to it. The log says so, with what they left unread.
 * @param into for each of `newcomers` the proof of the channel that they come into
 * @throws StaleRights where rights have moved since the decision
 */
export function writeReceiving(
  tx: Tx,
  rights: Rights,
  leaving: readonly Granted<'channel:unsubscribe'>[],
  into: readonly (Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made)[],
  newcomers: readonly number[],
  { events, after, mostUnread, ends }: Told,
): Promise<Seq> {
  const params = [
    leaving.map(({ object }) => object.channel.channelId),
    leaving.map(({ object }) => object.subject.userId),
    mostUnread,
    into.map(channelOf),
    newcomers,
  ]
  return appendBy(tx, rights, events, { sql: write, params, after, ends })
}
