import { type Actor, authorize, type ChannelFacts, type Granted } from '@parley/access'
import { channelNameKey } from '@parley/api'
import { badRequest } from '@parley/core'
import { channelGroupsOf, onOneTrip, type Tx } from '@parley/db'
import type { NewEvent } from '@parley/events'
import { channelFactsByName } from './facts/channel-facts.ts'
import { type Memberships, readMemberships } from './facts/memberships.ts'
import { findOverseers } from './facts/people.ts'
import type { Acting } from './acting.ts'
import { channelObject } from './present/channel-object.ts'
import { endSubscriptions, readOccupied } from './repo/subscriptions.ts'
import { leftEvents } from './rules/membership-events.ts'
import { storable } from './rules/storable.ts'
import { noSuchChannel } from './rules/unknown-channel.ts'

type Leave = Granted<'channel:unsubscribe'>

/** What came of one channel that people were to leave. */
export interface Leaving {
  readonly proofs: readonly [Leave, ...Leave[]]
  readonly name: string
  /** Who was in it. */
  readonly left: readonly number[]
  readonly events: readonly NewEvent[]
}

/**
 * Takes people out of the named channels, but for what happens behind the head (`writeMemberships`).
 * @throws AppError where the actor may know of no such channel, or may not take one of the people out
 */
export async function leaveChannels(
  acting: Acting,
  names: readonly string[],
  people: readonly Actor[],
): Promise<Leaving[]> {
  const { tx, actor } = acting
  const channels = await named(tx, actor, names)
  const others = people.filter((person) => person.userId !== actor.userId)
  const memberships =
    others.length === 0
      ? none
      : await readMemberships(
          tx,
          channels.flatMap(({ facts }) => facts?.channelId ?? []),
          others.map((person) => person.userId),
        )
  // All of them before anything is done: one that there is not, and one that is hidden, cost alike.
  const decided = channels.map(({ facts, name }) => {
    if (!facts) throw noSuchChannel(name)
    return people.map((person) => proofFor(acting, person, name, facts, memberships))
  })
  const leavings: Leaving[] = []
  for (const [first, ...rest] of decided)
    if (first) leavings.push(await leave(acting, [first, ...rest], people))
  return leavings
}

/** Names of channels: those that somebody left, and those in which somebody was not. */
export const answerOfLeaving = (
  leavings: readonly Leaving[],
  people: readonly Actor[],
): { readonly removed: string[]; readonly not_removed: string[] } => ({
  removed: leavings.filter(({ left }) => left.length > 0).map(({ name }) => name),
  not_removed: leavings.filter(({ left }) => left.length < people.length).map(({ name }) => name),
})

const none: Memberships = { has: () => false }

function proofFor(
  { actor, rights }: Acting,
  { userId, botOwnerId }: Actor,
  name: string,
  facts: ChannelFacts,
  all: Memberships,
): Leave {
  const subscribed = userId === actor.userId ? facts.subscribed : all.has(facts.channelId, userId)
  const subject = { userId, botOwnerId, subscribed }
  const verdict = authorize('channel:unsubscribe', actor, { channel: facts, subject }, rights)
  if (verdict.ok) return verdict.granted
  throw verdict.kind === 'hide' ? noSuchChannel(name) : badRequest('Insufficient permission')
}

/** The named channels, each once, in the order of their keys: everybody locks rows in that order. Null where there is none. */
async function named(
  tx: Tx,
  actor: Actor,
  names: readonly string[],
): Promise<{ readonly name: string; readonly facts: ChannelFacts | null }[]> {
  const unheard = names.find((name) => !storable(name))
  if (unheard !== undefined) throw noSuchChannel(unheard)
  const byKey = new Map(names.map((name) => [channelNameKey(name), name]))
  const facts = await channelFactsByName(tx, actor, names)
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, name]) => ({ name, facts: facts.get(key) ?? null }))
}

async function leave(
  { tx, actor, now }: Acting,
  proofs: readonly [Leave, ...Leave[]],
  people: readonly Actor[],
): Promise<Leaving> {
  const [left, { row, subscribers }] = await onOneTrip(
    endSubscriptions(tx, proofs, now),
    readOccupied(tx, proofs[0]),
  )
  const channel = channelObject(row, now)
  const groups = channelGroupsOf(row)
  const changing = {
    channel,
    groups,
    by: actor.userId,
    subscribers,
    overseers: channel.invite_only ? await findOverseers(tx, groups) : [],
  }
  const gone = people.filter((person) => left.includes(person.userId))
  return { proofs, name: channel.name, left, events: leftEvents(changing, gone) }
}
