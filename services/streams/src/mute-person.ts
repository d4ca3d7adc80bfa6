import { authorize, type Granted } from '@parley/access'
import { maxMutedUsers, type MutedUser } from '@parley/api'
import { type AppError, badRequest } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, make, mutedUsersSet } from '@parley/events'
import { type AskedBy, commitAsked, stillWaitedFor } from '@parley/kit'
import type { Context, MutingBounds } from './context.ts'
import { isPerson } from './facts/people.ts'
import { findUnreadOf, muteFor, readMessagesOf, readMutedUsers } from './repo/muted-users.ts'
import { unreadEvents } from './rules/unread-events.ts'

export const mutingBounds: MutingBounds = { atOnce: 2_000, most: 200_000 }

/** The newest that a person has sent, and what of the oldest that were looked at is still to be marked. */
interface Left {
  readonly newest: number
  readonly unread: readonly number[]
}

/**
 * Mutes a person: what they send from here on is read when it is sent, what they sent before is read from here on. That is
 * marked piece by piece, each in a transaction of its own, and the muting comes with the last of them: where it ends before,
 * nobody is muted, and the same request goes on with what is left.
 * @throws AppError BAD_REQUEST where they cannot be muted; UNAVAILABLE where the call ends before
 */
export async function mutePerson(
  ctx: Context,
  asked: AskedBy,
  granted: Granted<'self:use'>,
  person: number,
): Promise<void> {
  const { actor } = granted
  await ctx.database.read(actor.orgId, async (tx) => {
    if (!(await isPerson(tx, actor, person))) throw badRequest('No such user')
    const muted = await readMutedUsers(tx, granted)
    if (muted.some(({ id }) => id === person)) throw alreadyMuted()
    refuseTooMany([...muted, { id: person, timestamp: 0 }])
  })
  const left = await readMost(ctx, asked, granted, person)
  await piece(ctx, asked, async (tx, still) => {
    if (!(await isPerson(tx, still.actor, person))) throw badRequest('No such user')
    if (!(await muteFor(tx, still, person, ctx.clock.now()))) throw alreadyMuted()
    // Of two at a time the later one tells of both.
    await hold(tx, null)
    const list = await readMutedUsers(tx, still)
    refuseTooMany(list)
    const messages = await readMessagesOf(tx, still, person, left.unread, left.newest)
    await append(tx, null, [
      make(mutedUsersSet, { muted_users: list }, { users: [actor.userId] }),
      ...unreadEvents([{ userId: actor.userId, messages }]),
    ])
  })
}

/** Marks what is unread of a person as read, but for the last piece of it. */
async function readMost(
  ctx: Context,
  asked: AskedBy,
  granted: Granted<'self:use'>,
  person: number,
): Promise<Left> {
  const { actor } = granted
  const { atOnce, most } = ctx.muting
  const look = (before: number | null) => {
    stillWaitedFor(asked.signal)
    return ctx.database.read(actor.orgId, (tx) => findUnreadOf(tx, granted, person, before, atOnce))
  }
  let found = await look(null)
  const newest = found.newest ?? 0
  for (let looked = atOnce; found.looked === atOnce && looked < most; looked += atOnce) {
    const { ids } = found
    if (ids.length > 0)
      await piece(ctx, asked, async (tx, still) => {
        const messages = await readMessagesOf(tx, still, person, ids, null)
        const events = unreadEvents([{ userId: actor.userId, messages }])
        if (events.length > 0) await append(tx, null, events)
      })
    found = await look(found.oldest)
  }
  return { newest, unread: found.ids }
}

/** One piece, for who asks as they are by then. @throws AppError UNAUTHORIZED where it is another account now */
const piece = (
  ctx: Context,
  asked: AskedBy,
  work: (tx: Tx, granted: Granted<'self:use'>) => Promise<void>,
): Promise<void> =>
  commitAsked(ctx, asked, async (tx, { actor, rights }) => {
    const verdict = authorize('self:use', actor, null, rights)
    if (!verdict.ok) throw badRequest('Insufficient permission')
    await work(tx, verdict.granted)
  })

const alreadyMuted = (): AppError => badRequest('User already muted')

function refuseTooMany(list: readonly MutedUser[]): void {
  if (list.length > maxMutedUsers) throw badRequest(`Too many people are muted (limit: ${maxMutedUsers})`)
}
