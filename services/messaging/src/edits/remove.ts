import type { Granted } from '@parley/access'
import type { UserId } from '@parley/core'
import type { Tx } from '@parley/db'
import {
  append,
  flagsChanged,
  make,
  makeAbout,
  type MessagesDeleted,
  messagesDeleted,
  type NewEvent,
} from '@parley/events'
import { listing } from '../facts/listing.ts'
import { readAudiences } from '../repo/audience.ts'
import { deleteMessages, readLostStars, readLostUnread } from '../repo/deletes.ts'
import type { Expired } from '../repo/expired.ts'
import { type Readable, readableIds } from '../repo/fetch.ts'
import { byMessage, type Told } from '../rules/told.ts'

/**
 * Takes messages of one topic away and tells those who may hear of it; called behind the head.
 * @param asked what the actor may not read, or is gone, stays out
 * @returns how many are gone
 */
export async function remove(
  tx: Tx,
  granted: Granted<'message:delete'> | Granted<'channel:delete-topic'>,
  asked: readonly number[],
): Promise<number> {
  const ids = await readableIds(tx, listing(granted.actor, granted.rights), asked)
  return ids.length === 0 ? 0 : take(tx, granted, ids)
}

/** A mark of somebody's that goes with messages. */
interface Mark {
  readonly user: UserId
  readonly ids: readonly number[]
}

/** Takes messages of one topic away for their age, and tells the same people; called behind the head. @returns how many are gone */
export const expire = (tx: Tx, granted: Granted<'message:expire'>, ids: Expired): Promise<number> =>
  take(tx, granted, ids)

async function take(
  tx: Tx,
  granted: Granted<'message:delete'> | Granted<'channel:delete-topic'> | Granted<'message:expire'>,
  ids: Readable | Expired,
): Promise<number> {
  const told = await readAudiences(tx, granted, ids)
  const own = (op: 'add' | 'remove', flag: 'read' | 'starred', marks: readonly Mark[]): NewEvent[] =>
    marks.map(({ user, ids: messages }) =>
      make(flagsChanged, { op, flag, messages: [...messages], details: null }, { users: [user] }),
    )
  const stars = own('remove', 'starred', await readLostStars(tx, granted, ids))
  const unread = own('add', 'read', await readLostUnread(tx, granted, told, ids))
  const gone = await deleteMessages(tx, granted, ids)
  const topic = gone.at(-1)?.topic ?? ''
  await append(tx, granted.rights, [...stars, ...unread, ...deletedEvents(told, topic)])
  return gone.length
}

/**
 * Events for queues that take many messages at once, and one for each message for the others. Where history is kept from
 * who was not there, nearly everybody may have others of them: never more events than two for each message.
 */
function deletedEvents(told: readonly Told[], topic: string): NewEvent[] {
  const event = (to: MessagesDeleted['to'], { audience, ids }: Told): NewEvent =>
    makeAbout(messagesDeleted, { message_ids: [...ids], to, stream_id: audience.channel, topic }, audience)
  const single = byMessage(told)
  if (told.every(({ ids }) => ids.length === 1)) return single.map((one) => event('all', one))
  const bulk = told.length <= single.length ? told : single
  return [...bulk.map((some) => event('bulk', some)), ...single.map((one) => event('single', one))]
}
