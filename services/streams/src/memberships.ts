import { limitsGuests } from '@parley/access'
import type { Seq } from '@parley/core'
import { onOneTrip, type Tx } from '@parley/db'
import { append, make, type NewEvent, userMoved } from '@parley/events'
import type { Acting } from './acting.ts'
import type { Joining } from './join-channels.ts'
import type { Leaving } from './leave-channels.ts'
import { channelOf } from './repo/channels.ts'
import { type LeftUnread, startReceiving, stopReceiving } from './repo/received.ts'
import { type Moved, raiseSight } from './repo/vantage.ts'
import { mostTold, unreadEvents } from './rules/unread-events.ts'

/**
 * What is done behind the head, after all rows were changed: those who left receive nothing more, those who came do, and
 * the log says so; last what it says `beside`.
 */
export async function writeMemberships(
  { tx, actor, rights }: Acting,
  leavings: readonly Leaving[],
  joinings: readonly Joining[],
  beside: readonly NewEvent[] = [],
): Promise<void> {
  const events = [...leavings, ...joinings].flatMap((change) => change.events)
  if (events.length + beside.length === 0) return
  const moved = limitsGuests(actor.realmGroups) ? await sightMoved(tx, leavings, joinings) : []
  const most = mostTold(leavings.reduce((sum, { left }) => sum + left.length, 0))
  const log = (unread: readonly LeftUnread[]): Promise<Seq> =>
    append(tx, rights, [...events, ...unreadEvents(unread), ...beside, ...anew(moved)])
  // Whoever stops or starts receiving takes the head, which is held for no trip longer than it must be.
  const come = (): Promise<unknown> =>
    Promise.all(joinings.map(({ proof, newcomers }) => startReceiving(tx, proof, newcomers)))
  if (leavings.length === 0) await onOneTrip(come(), log([]))
  else {
    const gone = leavings.map(({ proofs, left }) => stopReceiving(tx, proofs[0], left, most))
    const [unread] = await onOneTrip(Promise.all(gone), come())
    await log(unread.flat())
  }
}

/** Queues of these people from before end. */
export const anew = (moved: readonly Moved[]): NewEvent[] => moved.map((account) => make(userMoved, account))

/** All channels are asked about at once: one that is joined is no reason to know somebody whom another brings. */
async function sightMoved(
  tx: Tx,
  leavings: readonly Leaving[],
  joinings: readonly Joining[],
): Promise<Moved[]> {
  const changes = [
    ...leavings.map(({ proofs: [proof], left }) => ({
      proof,
      channel: proof.object.channel.channelId,
      users: left,
    })),
    ...joinings.map(({ proof, newcomers }) => ({ proof, channel: channelOf(proof), users: newcomers })),
  ].filter(({ users }) => users.length > 0)
  const [first] = changes
  if (!first) return []
  return raiseSight(tx, first.proof, {
    channels: changes.map(({ channel }) => channel),
    users: [...new Set(changes.flatMap(({ users }) => users))],
  })
}
