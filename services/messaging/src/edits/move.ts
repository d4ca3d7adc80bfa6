import { type Granted, isModerator } from '@parley/access'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { StaleRights } from '@parley/events'
import { listing } from '../facts/listing.ts'
import { readTopicIds, writeTopic } from '../repo/edits.ts'
import { type Readable, readableIds } from '../repo/fetch.ts'
import type { EditAsked } from '../rules/edit-plan.ts'
import { refuseOlder } from '../rules/move-limit.ts'

/** Most messages that one request moves: it happens behind the head, where everybody waits. */
const mostMoved = 5_000

/** A topic, and what of it goes elsewhere. */
export interface Moving {
  readonly before: string
  readonly mode: EditAsked['propagate_mode']
  /** Seconds since the Unix epoch. */
  readonly at: number
  /** Seconds after sending; null where there is no end. */
  readonly limit: number | null
}

/**
 * The message, and those of its topic that go with it as far as the actor may read them; asked behind the head.
 * @returns ascending
 * @throws AppError where they are too many or too old; StaleRights where the message stands elsewhere by now
 */
export async function findMoving(
  tx: Tx,
  granted: Granted<'message:move-topic'> | Granted<'message:move-channel'>,
  { before, mode, at, limit }: Moving,
): Promise<Readable> {
  const { actor, object, rights } = granted
  const { messageId } = object.message
  const from = mode === 'change_all' ? 0 : messageId
  const found = await readTopicIds(tx, granted, before, from, mode === 'change_one' ? 1 : mostMoved + 1)
  if (found.length > mostMoved) throw badRequest(`Too many messages to move at once (limit: ${mostMoved})`)
  const ids = await readableIds(
    tx,
    listing(actor, rights),
    found.map(({ id }) => id),
  )
  if (!ids.includes(messageId)) throw new StaleRights()
  if (mode === 'change_all' && !isModerator(actor)) {
    const moving = new Set(ids)
    refuseOlder(
      found.filter(({ id }) => moving.has(id)),
      at,
      limit,
    )
  }
  return ids
}

/** Moves messages to another topic of their channel; called behind the head. @returns what moved, ascending */
export async function moveTopic(
  tx: Tx,
  granted: Granted<'message:move-topic'>,
  change: Moving & { readonly after: string },
): Promise<Readable> {
  const ids = await findMoving(tx, granted, change)
  await writeTopic(tx, granted, ids, change.after, change.at)
  return ids
}
