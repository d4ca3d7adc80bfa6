import { type Actor, authorize, type ChannelFacts, type Granted } from '@parley/access'
import { channelNameKey } from '@parley/api'
import { badRequest } from '@parley/core'
import type { Acting } from './acting.ts'
import { channelFactsByName } from './facts/channel-facts.ts'
import { type Memberships, readMemberships } from './facts/memberships.ts'
import { type Going, makeMoves, type Moved } from './moves.ts'
import { storable } from './rules/storable.ts'
import { noSuchChannel } from './rules/unknown-channel.ts'

type Leave = Granted<'channel:unsubscribe'>

/**
 * Takes people out of the named channels, but for what happens behind the head (`writeMemberships`).
 * @throws AppError where the actor may know of no such channel, or may not take one of the people out
 */
export async function leaveChannels(
  acting: Acting,
  names: readonly string[],
  people: readonly Actor[],
): Promise<Moved<Going>[]> {
  const { tx, actor } = acting
  const channels = named(names, await channelFactsByName(tx, actor, storableNames(names)))
  const others = people.filter((person) => person.userId !== actor.userId)
  const memberships =
    others.length === 0
      ? none
      : await readMemberships(
          tx,
          channels.flatMap(({ facts }) => facts?.channelId ?? []),
          others.map((person) => person.userId),
        )
  return makeMoves(tx, goingsOf(acting, channels, people, memberships), acting.now)
}

/** @throws AppError where the actor may know of no such channel, or may not take one of the people out */
export function goingsOf(
  acting: Pick<Acting, 'actor' | 'rights'>,
  channels: readonly Named[],
  people: readonly Actor[],
  memberships: Memberships = none,
): Going[] {
  // All of them before anything is done: one that there is not, and one that is hidden, cost alike.
  const decided = channels.map(({ facts, name }) => {
    if (!facts) throw noSuchChannel(name)
    return people.map((person) => proofFor(acting, person, name, facts, memberships))
  })
  return decided.flatMap(([first, ...rest]) =>
    first ? [{ kind: 'going', by: acting.actor.userId, people, proofs: [first, ...rest] }] : [],
  )
}

/** Names of channels: those that somebody left, and those in which somebody was not. */
export const answerOfLeaving = (
  leavings: readonly Moved[],
  people: readonly Actor[],
): { readonly removed: string[]; readonly not_removed: string[] } => ({
  removed: leavings.filter(({ changed }) => changed.length > 0).map(({ name }) => name),
  not_removed: leavings.filter(({ changed }) => changed.length < people.length).map(({ name }) => name),
})

const none: Memberships = { has: () => false }

function proofFor(
  { actor, rights }: Pick<Acting, 'actor' | 'rights'>,
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

export interface Named {
  readonly name: string
  /** Null where there is none. */
  readonly facts: ChannelFacts | null
}

/** The names. @throws AppError for one that no channel can have */
export function storableNames(names: readonly string[]): readonly string[] {
  const unheard = names.find((name) => !storable(name))
  if (unheard !== undefined) throw noSuchChannel(unheard)
  return names
}

/** The named channels, each once, in the order of their keys: everybody locks rows in that order. */
export function named(names: readonly string[], facts: ReadonlyMap<string, ChannelFacts>): Named[] {
  const byKey = new Map(names.map((name) => [channelNameKey(name), name]))
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, name]) => ({ name, facts: facts.get(key) ?? null }))
}
