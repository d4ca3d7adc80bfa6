import type { Granted } from '@parley/access'
import { badRequest, userId } from '@parley/core'
import type { Tx } from '@parley/db'
import { append } from '@parley/events'
import { countAppearing, readAppearing } from '../repo/appearing.ts'
import {
  affectsMore,
  moveMarks,
  moveRanges,
  readAffected,
  readStars,
  writeChannel,
} from '../repo/relocations.ts'
import { readToldFlags } from '../repo/told-flags.ts'
import { type Fate, fatesOf, isProtected } from '../rules/relocation.ts'
import { carryPolicies } from './carry-topic.ts'
import { findMoving } from './move.ts'
import { type ChannelChange, relocationEvents, sameParts } from './relocation-events.ts'

/** All this happens behind the head, where everybody waits: people whom a move touches, times messages. */
const mostPairs = 1_000_000
/** Bytes that are told anew to who could not read them before: of all messages, and of one, which is one event. */
const mostAppearing = { all: 8_000_000, most: 400_000 }
/** Groups of people who have the same of what moves. */
const mostGroups = 100

/**
 * Moves the message and what goes with it to another channel, with the rights in them, and tells everybody what it means
 * for them; called behind the head.
 * @param changed the first gate's proof, of the same message
 * @returns how many moved
 * @throws AppError where they are too many or too old: nothing was written
 */
export async function relocate(
  tx: Tx,
  granted: Granted<'message:move-channel'>,
  changed: Granted<'message:change'>,
  change: ChannelChange,
): Promise<number> {
  const { message, target } = granted.object
  const { channel } = message
  const ids = await findMoving(tx, granted, change)
  if (!channel) return 0
  if (await affectsMore(tx, granted, ids, Math.floor(mostPairs / ids.length)))
    throw badRequest('Too many people and messages to move at once: move fewer messages')
  const fates = fatesOf(await readAffected(tx, granted, ids), ids, { old: channel, new: target })
  if ([...sameParts(fates, 'carried'), ...sameParts(fates, 'lost')].length > 2 * mostGroups)
    throw badRequest('Too many people have different parts of these messages')
  const appears = fates.some((fate) => fate.new.length > 0) || (channel.inviteOnly && !target.inviteOnly)
  const told = appears ? await countAppearing(tx, granted, ids) : { all: 0, most: 0 }
  if (told.all > mostAppearing.all) throw badRequest('Too much text to move at once: move fewer messages')
  if (told.most > mostAppearing.most)
    throw badRequest('A message with so many reactions cannot be moved there')

  const stars = await readStars(tx, granted, ids)
  await writeChannel(tx, granted, ids, change.topic, change.at)
  await moveRanges(tx, granted, ids, fates)
  await moveMarks(tx, granted, ids, fates)

  const events = await relocationEvents({
    granted,
    change,
    ids,
    fates,
    stars,
    appearing: appears ? await readAppearing(tx, granted, ids) : [],
    flagsOf: (id, users) =>
      readToldFlags(tx, changed, id, { channel: target.channelId, users: users.map(userId), within: true }),
  })
  await append(tx, granted.rights, events)
  const went = { before: change.before, after: change.topic ?? change.before, ids }
  await carryPolicies(tx, granted, went, change.at, isProtected(channel) ? holdersOf(fates) : null)
  return ids.length
}

/** Whom one of the messages came to, and who keeps it. */
const holdersOf = (fates: readonly Fate[]): ReadonlySet<number> =>
  new Set(fates.filter(({ kept }) => kept.length > 0).flatMap(({ users }) => users))
