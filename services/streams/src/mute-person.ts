import { type Actor, authorize, type Granted } from '@parley/access'
import { maxMutedUsers, type MutedUser } from '@parley/api'
import { AppError, badRequest, unavailable } from '@parley/core'
import { readActor, type Tx } from '@parley/db'
import { append, make, mutedUsersSet } from '@parley/events'
import { commit } from '@parley/kit'
import type { Context } from './context.ts'
import { isPerson } from './facts/people.ts'
import { findUnreadOf, muteFor, readMessagesOf, readMutedUsers } from './repo/muted-users.ts'
import { unreadEvents } from './rules/unread-events.ts'

/** How much of what somebody has sent is looked at when they are muted. */
export interface MutingBounds {
  /** At once: as many are marked as read in one transaction, behind the head, at most. */
  readonly atOnce: number
  /** In all; older messages stay as they are. */
  readonly most: number
}
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
  granted: Granted<'self:use'>,
  person: number,
  signal: AbortSignal,
): Promise<void> {
  const { actor } = granted
  await ctx.database.read(actor.orgId, async (tx) => {
    if (!(await isPerson(tx, actor, person))) throw badRequest('No such user')
    const muted = await readMutedUsers(tx, granted)
    if (muted.some(({ id }) => id === person)) throw alreadyMuted()
    refuseTooMany([...muted, { id: person, timestamp: 0 }])
  })
  const left = await readMost(ctx, granted, person, signal)
  await commit(ctx, actor.orgId, async (tx) => {
    const still = await again(tx, actor)
    if (!(await isPerson(tx, still.actor, person))) throw badRequest('No such user')
    if (!(await muteFor(tx, still, person, ctx.clock.now()))) throw alreadyMuted()
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
  granted: Granted<'self:use'>,
  person: number,
  signal: AbortSignal,
): Promise<Left> {
  const { actor } = granted
  const { atOnce, most } = ctx.muting
  const look = (before: number | null) => {
    if (signal.aborted) throw unavailable(signal.reason)
    return ctx.database.read(actor.orgId, (tx) => findUnreadOf(tx, granted, person, before, atOnce))
  }
  const read = (ids: readonly number[]) =>
    commit(ctx, actor.orgId, async (tx) => {
      const messages = await readMessagesOf(tx, await again(tx, actor), person, ids, null)
      const events = unreadEvents([{ userId: actor.userId, messages }])
      if (events.length > 0) await append(tx, null, events)
    })
  let found = await look(null)
  const newest = found.newest ?? 0
  for (let looked = atOnce; found.looked === atOnce && looked < most; looked += atOnce) {
    if (found.ids.length > 0) await read(found.ids)
    found = await look(found.oldest)
  }
  return { newest, unread: found.ids }
}

/** The decision anew, for a transaction that comes later. @throws AppError UNAUTHORIZED where it is another account now */
async function again(tx: Tx, { userId, generation }: Actor): Promise<Granted<'self:use'>> {
  const { actor, rights } = await readActor(tx, userId)
  const verdict =
    actor?.isActive && actor.generation === generation ? authorize('self:use', actor, null, rights) : null
  if (!verdict?.ok) throw new AppError('UNAUTHORIZED', 'Invalid API key', { data: { stale: true } })
  return verdict.granted
}

const alreadyMuted = (): AppError => badRequest('User already muted')

function refuseTooMany(list: readonly MutedUser[]): void {
  if (list.length > maxMutedUsers) throw badRequest(`Too many people are muted (limit: ${maxMutedUsers})`)
}
