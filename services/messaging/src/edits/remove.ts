import { authorize, type Granted } from '@parley/access'
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
import { invalidMessage } from '../facts/readable-message.ts'
import { readAudiences, type Told } from '../repo/audience.ts'
import { deleteMessages, readLostStars } from '../repo/deletes.ts'
import { readableIds } from '../repo/fetch.ts'

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
  const list = authorize('message:list', granted.actor, null, granted.rights)
  if (!list.ok) throw invalidMessage()
  const ids = await readableIds(tx, list.granted, asked)
  if (ids.length === 0) return 0
  const told = await readAudiences(tx, granted, ids)
  const stars: NewEvent[] = []
  for (const each of told)
    for (const { user, ids: messages } of await readLostStars(tx, granted, each))
      stars.push(
        make(
          flagsChanged,
          { op: 'remove', flag: 'starred', messages: [...messages], details: null },
          { users: [user] },
        ),
      )
  const gone = await deleteMessages(tx, granted, ids)
  const topic = gone.at(-1)?.topic ?? ''
  await append(tx, granted.rights, [...stars, ...told.flatMap((each) => deletedEvents(each, topic))])
  return gone.length
}

/** One event for queues that take many messages at once, and one for each message for the others. */
function deletedEvents({ audience, ids }: Told, topic: string): NewEvent[] {
  const event = (to: MessagesDeleted['to'], some: readonly number[]): NewEvent =>
    makeAbout(messagesDeleted, { message_ids: [...some], to, stream_id: audience.channel, topic }, audience)
  if (ids.length === 1) return [event('all', ids)]
  return [event('bulk', ids), ...ids.map((id) => event('single', [id]))]
}
