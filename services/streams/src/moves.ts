import { type Actor, type Granted, isGuest } from '@parley/access'
import type { UserId } from '@parley/core'
import { channelGroupsOf, type Tx } from '@parley/db'
import type { NewEvent } from '@parley/events'
import { findOverseers } from './facts/people.ts'
import { channelObject } from './present/channel-object.ts'
import { settingsObject } from './present/subscription-object.ts'
import { channelOf, type Made } from './repo/channels.ts'
import {
  type Ended,
  endSubscriptions,
  type Occupied,
  readOccupied,
  type Started,
  startSubscriptions,
} from './repo/subscriptions.ts'
import { defaultColor } from './rules/color.ts'
import { creationEvents, joinedEvents, leftEvents } from './rules/membership-events.ts'

type Leave = Granted<'channel:unsubscribe'>

/** People who come into a channel, and by which proof. */
export interface Coming {
  readonly kind: 'coming'
  readonly by: UserId
  readonly people: readonly Actor[]
  /** Null for the default, or the one of an earlier stay. */
  readonly color: string | null
  readonly proof: Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made
}

/** People who leave a channel or are taken out, each with a proof. */
export interface Going {
  readonly kind: 'going'
  readonly by: UserId
  readonly people: readonly Actor[]
  readonly proofs: readonly [Leave, ...Leave[]]
}

export type Move = Coming | Going

/** What came of it. */
export interface Moved<M extends Move = Move> {
  readonly move: M
  /** The channel's name as it is spelt. */
  readonly name: string
  /** Who was not in it before, or was. */
  readonly changed: readonly Actor[]
  readonly events: readonly NewEvent[]
}

const channelOfMove = (move: Move): number => channelOf(move.kind === 'coming' ? move.proof : move.proofs[0])

/**
 * Makes moves in their order, but for what happens behind the head (`writeMemberships`); nobody is in two of one channel.
 * @param now milliseconds since the Unix epoch
 */
export async function makeMoves<M extends Move>(
  tx: Tx,
  moves: readonly M[],
  now: number,
): Promise<Moved<M>[]> {
  const all: readonly Move[] = moves
  const comings = all.flatMap((move) => (move.kind === 'coming' ? [move] : []))
  const goings = all.flatMap((move) => (move.kind === 'going' ? [move] : []))
  const entries = comings.flatMap(({ people, proof, color }) =>
    people.map(({ userId }) => ({
      proof,
      entry: { userId, color: color ?? defaultColor(channelOf(proof)), recolor: color !== null },
    })),
  )
  const seen = all.map((move) => (move.kind === 'coming' ? move.proof : move.proofs[0]))
  // Sent one behind the other.
  const [ended, started, occupied] = await Promise.all([
    endSubscriptions(
      tx,
      goings.flatMap(({ proofs }) => proofs),
      now,
    ),
    startSubscriptions(
      tx,
      entries.map(({ proof }) => proof),
      entries.map(({ entry }) => entry),
      now,
    ),
    readOccupied(tx, seen),
  ])
  const done: Moved<M>[] = []
  // From the last one back: what was read is what they all have left.
  for (const move of moves.toReversed()) {
    const channel = channelOfMove(move)
    const after = occupied.get(channel)
    if (!after) throw new Error('a channel that was decided on is not there')
    const moved = await told(tx, move, after, move.kind === 'coming' ? started : ended, now)
    occupied.set(channel, before(after, moved))
    done.push(moved)
  }
  return done.reverse()
}

/** The channel as it was before one of the moves. */
function before({ row, subscribers }: Occupied, { move, changed }: Moved): Occupied {
  const ids = new Set<number>(changed.map(({ userId }) => userId))
  const [count, list] =
    move.kind === 'coming'
      ? [-ids.size, subscribers.filter(({ user_id }) => !ids.has(user_id))]
      : [
          ids.size,
          [
            ...subscribers,
            ...changed.map((one) => ({ user_id: Number(one.userId), guest: isGuest(one) })),
          ].sort((a, b) => a.user_id - b.user_id),
        ]
  return { row: { ...row, subscriber_count: row.subscriber_count + count }, subscribers: list }
}

async function told<M extends Move>(
  tx: Tx,
  move: M,
  { row, subscribers }: Occupied,
  all: readonly (Started | Ended)[],
  now: number,
): Promise<Moved<M>> {
  const channel = channelObject(row, now)
  const groups = channelGroupsOf(row)
  const rows = new Map(
    all.filter(({ channel_id }) => channel_id === row.channel_id).map((one) => [one.user_id, one]),
  )
  const changed = move.people.filter(({ userId }) => rows.has(userId))
  const overseers = channel.invite_only ? await findOverseers(tx, groups) : []
  const changing = { channel, groups, by: move.by, subscribers, overseers }
  const done = { move, name: channel.name, changed }
  if (move.kind === 'going') return { ...done, events: leftEvents(changing, changed) }
  const joined = changed.flatMap((person) => {
    const own = rows.get(person.userId)
    return own && 'color' in own ? [{ person, settings: settingsObject(own) }] : []
  })
  const isNew = move.proof.action === 'channel:made'
  return {
    ...done,
    events: [
      ...(isNew ? creationEvents(changing, joined) : []),
      ...joinedEvents({ ...changing, isNew }, joined),
    ],
  }
}
