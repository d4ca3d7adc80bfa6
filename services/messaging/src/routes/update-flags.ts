import { updateFlags } from '@parley/api'
import type { Granted } from '@parley/access'
import { badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, flagsChanged, hold, make } from '@parley/events'
import { route } from '@parley/kit'
import type { Context } from '../context.ts'
import { unreadDetail } from '../present/unread-detail.ts'
import { adopt, markRead, markUnread, type Markable, readMarkable, setFlag } from '../repo/flags.ts'
import { type FlagChange, parseFlagChange } from '../rules/flag-change.ts'

export default route<typeof updateFlags, Context, Tx>(updateFlags, async ({ input, granted, rights, tx }) => {
  const change = parseFlagChange(input.op, input.flag)
  const ids = [...new Set(input.messages)]
  const readable = await readMarkable(tx, granted, ids)
  if (change.flag !== 'read' && readable.length < ids.length) throw badRequest('Invalid message(s)')
  const { changing, ignoredChannels } = whatChanges(change, readable)
  if (changing.length > 0) {
    await hold(tx, rights)
    await write(tx, granted, change, changing)
    await append(tx, rights, [
      make(
        flagsChanged,
        {
          ...change,
          messages: changing.map(({ id }) => id),
          details: detailsOf(granted, change, changing),
        },
        { users: [granted.actor.userId] },
      ),
    ])
  }
  return { messages: input.messages, ignored_because_not_subscribed_channels: ignoredChannels }
})

/** Messages that are not yet as asked; of channels that the reader left nothing becomes unread. */
function whatChanges({ op, flag }: FlagChange, readable: readonly Markable[]) {
  const left = (message: Markable): boolean => flag === 'read' && op === 'remove' && !message.subscribed
  const ignored = readable.flatMap((m) => (left(m) && m.channelId !== null ? [m.channelId] : []))
  const changing = readable.filter((message) => message[flag] !== (op === 'add') && !left(message))
  return { changing, ignoredChannels: [...new Set(ignored)].sort((a, b) => a - b) }
}

async function write(
  tx: Tx,
  granted: Granted<'message:list'>,
  { op, flag }: FlagChange,
  changing: readonly Markable[],
): Promise<void> {
  const ids = changing.map(({ id }) => id)
  const foreign = changing.filter(({ received }) => !received).map(({ id }) => id)
  // Only what is read already came from before the reader's time; any other mark makes it theirs.
  if (foreign.length > 0) await adopt(tx, granted, foreign)
  if (flag !== 'read') return setFlag(tx, granted, ids, flag, op === 'add')
  return op === 'add' ? markRead(tx, granted, ids) : markUnread(tx, granted, ids)
}

const detailsOf = (
  { actor }: Granted<'message:list'>,
  { op, flag }: FlagChange,
  changing: readonly Markable[],
) =>
  flag === 'read' && op === 'remove'
    ? Object.fromEntries(changing.map((message) => [String(message.id), unreadDetail(message, actor.userId)]))
    : null
