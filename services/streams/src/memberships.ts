import { limitsGuests } from '@parley/access'
import type { Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { make, type NewEvent, userMoved } from '@parley/events'
import type { Acting } from './acting.ts'
import type { Moved } from './moves.ts'
import { channelOf } from './repo/channels.ts'
import { writeReceiving } from './repo/received.ts'
import { type Moved as MovedAccount, raiseSight } from './repo/vantage.ts'
import { mostTold } from './rules/unread-events.ts'

/**
 * What is done behind the head, after all rows were changed: those who left receive nothing more, those who came do, and
 * the log says so; last what it says `beside`.
 */
export async function writeMemberships(
  { tx, actor, rights }: Acting,
  moved: readonly Moved[],
  beside: readonly NewEvent[] = [],
): Promise<void> {
  const told = limitsGuests(actor.realmGroups) ? await sightMoved(tx, moved) : []
  await write(tx, rights, moved, { after: [...beside, ...anew(told)], ends: false })
}

/** The same where nobody comes to see others by it, as the last that happens in the transaction. */
export const endMoves = (tx: Tx, rights: Rights, moved: readonly Moved[]): Promise<void> =>
  write(tx, rights, moved, { after: [], ends: true })

async function write(
  tx: Tx,
  rights: Rights,
  moved: readonly Moved[],
  { after, ends }: { readonly after: readonly NewEvent[]; readonly ends: boolean },
): Promise<void> {
  const events = moved.flatMap((one) => one.events)
  if (events.length + after.length === 0) return
  const leaving = moved.flatMap(({ move, changed }) =>
    move.kind === 'going'
      ? move.proofs.filter(({ object }) => changed.some(({ userId }) => userId === object.subject.userId))
      : [],
  )
  const came = moved.flatMap(({ move, changed }) =>
    move.kind === 'coming' ? changed.map(({ userId }) => ({ proof: move.proof, userId })) : [],
  )
  await writeReceiving(
    tx,
    rights,
    leaving,
    came.map(({ proof }) => proof),
    came.map(({ userId }) => userId),
    { events, after, mostUnread: mostTold(leaving.length), ends },
  )
}

/** Queues of these people from before end. */
export const anew = (moved: readonly MovedAccount[]): NewEvent[] =>
  moved.map((account) => make(userMoved, account))

/** All channels are asked about at once: one that is joined is no reason to know somebody whom another brings. */
async function sightMoved(tx: Tx, moved: readonly Moved[]): Promise<MovedAccount[]> {
  const changes = moved
    .filter(({ changed }) => changed.length > 0)
    .map(({ move, changed }) => ({
      proof: move.kind === 'coming' ? move.proof : move.proofs[0],
      users: changed.map(({ userId }) => userId),
    }))
  const [first] = changes
  if (!first) return []
  return raiseSight(tx, first.proof, {
    channels: changes.map(({ proof }) => channelOf(proof)),
    users: [...new Set(changes.flatMap(({ users }) => users))],
  })
}
