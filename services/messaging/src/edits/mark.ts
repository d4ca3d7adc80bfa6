import type { Granted } from '@parley/access'
import type { Rights } from '@parley/core'
import { readRights, type Tx } from '@parley/db'
import { append, flagsChanged, hold, make } from '@parley/events'
import { unreadDetail } from '../present/unread-detail.ts'
import { adopt, markRead, markUnread, type Markable, partsOf, readMarkable, setFlag } from '../repo/flags.ts'
import { eventChunks } from '../rules/event-chunks.ts'
import type { FlagChange } from '../rules/flag-change.ts'

/** What marking came to. */
export interface Marked {
  /** Those of the messages that the actor may read. */
  readonly readable: number
  readonly changed: number
  /** Channels that the actor left, where nothing becomes unread; ascending. */
  readonly ignoredChannels: readonly number[]
}

/** Changes one flag of messages for the actor alone, and tells them. Takes the head. */
export async function mark(
  tx: Tx,
  granted: Granted<'message:list'>,
  rights: Rights,
  asked: FlagChange,
  ids: readonly number[],
): Promise<Marked> {
  const readable = await readMarkable(tx, granted, ids)
  const { changing, ignoredChannels } = whatChanges(asked, readable)
  if (changing.length > 0) await change(granted, { tx, rights, asked, changing })
  return { readable: readable.length, changed: changing.length, ignoredChannels }
}

/** Messages that are not yet as asked; of channels that the reader left nothing becomes unread. */
function whatChanges({ op, flag }: FlagChange, readable: readonly Markable[]) {
  const left = (message: Markable): boolean => flag === 'read' && op === 'remove' && !message.subscribed
  const ignored = readable.flatMap((m) => (left(m) && m.channelId !== null ? [m.channelId] : []))
  const changing = readable.filter((message) => message[flag] !== (op === 'add') && !left(message))
  return { changing, ignoredChannels: [...new Set(ignored)].sort((a, b) => a - b) }
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
  // Only what is read already came from before the reader's time; any other mark makes it theirs.
  const foreign = early.changing.filter(({ received }) => !received)
  const earlyParts = await partsOf(tx, granted, flag === 'read' ? early.changing : [])
  const foreignParts = await partsOf(tx, granted, foreign)
  // Marking as read gives nothing away and takes no right to do, so no change of rights needs to undo it.
  const decidedUnder = flag === 'read' && op === 'add' ? null : rights
  await hold(tx, decidedUnder)
  // But messages may have gone to other channels meanwhile, where they stand for other parts.
  const stands = decidedUnder !== null || (await readRights(tx)) === rights
  const { changing, parts } = stands
    ? { changing: early.changing, parts: earlyParts }
    : await anew(granted, early)
  if (changing.length === 0) return
  if (foreign.length > 0) await adopt(tx, granted, foreign, foreignParts)
  if (flag !== 'read') await setFlag(tx, granted, changing, flag, op === 'add')
  else if (op === 'add') await markRead(tx, granted, parts)
  else await markUnread(tx, granted, changing, parts)
  const events = eventChunks(changing).map((some) => {
    const messages = some.map(({ id }) => id)
    const body = { op, flag, messages, details: detailsOf(granted, asked, some) }
    return make(flagsChanged, body, { users: [granted.actor.userId] })
  })
  await append(tx, decidedUnder, events)
}

/** The same as it is behind the head. */
async function anew(granted: Granted<'message:list'>, { tx, asked, changing: early }: Changing) {
  const readable = await readMarkable(
    tx,
    granted,
    early.map(({ id }) => id),
  )
  const { changing } = whatChanges(asked, readable)
  return { changing, parts: await partsOf(tx, granted, changing) }
}

const detailsOf = (
  { actor }: Granted<'message:list'>,
  { op, flag }: FlagChange,
  changing: readonly Markable[],
) =>
  flag === 'read' && op === 'remove'
    ? Object.fromEntries(changing.map((message) => [String(message.id), unreadDetail(message, actor.userId)]))
    : null
