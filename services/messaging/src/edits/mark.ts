import type { Granted } from '@parley/access'
import type { Rights } from '@parley/core'
import { readRights, takeOwnTurn, type Tx } from '@parley/db'
import { append, flagsChanged, hold, make } from '@parley/events'
import { unreadDetail } from '../present/unread-detail.ts'
import { adopt, markRead, markUnread, setFlag } from '../repo/flags.ts'
import { type Markable, readMarkable } from '../repo/markable.ts'
import { eventChunks } from '../rules/event-chunks.ts'
import type { FlagChange } from '../rules/flag-change.ts'

/** What marking came to. */
export interface Marked {
  /** How many of the messages. */
  readonly changed: number
  /** Channels that the actor left, where nothing becomes unread; ascending. */
  readonly ignoredChannels: readonly number[]
}

/**
 * Changes one flag of messages for the actor alone, and tells them. Takes the head.
 * @param ids each once
 */
export async function mark(
  tx: Tx,
  granted: Granted<'message:list'>,
  rights: Rights,
  asked: FlagChange,
  ids: readonly number[],
): Promise<Marked> {
  // Parts reach over what was read from the start. Only becoming unread, on another device, makes that count again.
  const unread = asked.flag === 'read' && asked.op === 'remove'
  await takeOwnTurn(tx, granted.actor.userId, unread ? 'alone' : 'shared')
  const readable = await readMarkable(tx, granted, asked, ids)
  const { changing, ignoredChannels } = whatChanges(asked, readable)
  if (changing.length > 0) await change(granted, { tx, rights, asked, changing })
  return { changed: changing.reduce((sum, place) => sum + place.ids.length, 0), ignoredChannels }
}

/** Conversations of which something changes; of channels that the reader left nothing becomes unread. */
function whatChanges({ op, flag }: FlagChange, readable: readonly Markable[]) {
  const left = ({ subscribed }: Markable): boolean => flag === 'read' && op === 'remove' && !subscribed
  const ignored = readable.flatMap((place) =>
    left(place) && place.channelId !== null ? [place.channelId] : [],
  )
  const changing = readable.filter((place) => place.ids.length > 0 && !left(place))
  return { changing, ignoredChannels: ignored.sort((a, b) => a - b) }
}

interface Changing {
  readonly tx: Tx
  readonly rights: Rights
  readonly asked: FlagChange
  readonly changing: readonly Markable[]
}

/** What can be computed before the head is held is. */
async function change(granted: Granted<'message:list'>, early: Changing): Promise<void> {
  const { tx, rights, asked } = early
  const { op, flag } = asked
  // Marking as read gives nothing away and takes no right to do, so no change of rights needs to undo it.
  const decidedUnder = flag === 'read' && op === 'add' ? null : rights
  const told = eventsOf(granted, early)
  await hold(tx, decidedUnder)
  // But messages may have gone to other channels meanwhile, where they stand for other parts.
  const stands = decidedUnder !== null || (await readRights(tx)) === rights
  const changing = stands ? early.changing : await anew(granted, early)
  if (changing.length === 0) return
  // Only what is read already came from before the reader's time; any other mark makes it theirs.
  await adopt(tx, granted, changing)
  if (flag !== 'read') await setFlag(tx, granted, changing, flag, op === 'add')
  else if (op === 'add') await markRead(tx, granted, changing)
  else await markUnread(tx, granted, changing)
  await append(tx, decidedUnder, stands ? told : eventsOf(granted, { asked, changing }))
}

const eventsOf = (
  { actor: { userId } }: Granted<'message:list'>,
  { asked: { op, flag }, changing }: Pick<Changing, 'asked' | 'changing'>,
) =>
  eventChunks(changing).map((parts) => {
    const messages = parts.flatMap(({ place, from, to }) => place.ids.slice(from, to))
    const unread = flag === 'read' && op === 'remove' ? unreadDetail(parts, userId) : undefined
    return make(flagsChanged, { op, flag, messages, details: null, unread }, { users: [userId] })
  })

/** The same as it is behind the head. */
async function anew(granted: Granted<'message:list'>, { tx, asked, changing: early }: Changing) {
  const ids = early.flatMap((place) => place.ids)
  return whatChanges(asked, await readMarkable(tx, granted, asked, ids)).changing
}
