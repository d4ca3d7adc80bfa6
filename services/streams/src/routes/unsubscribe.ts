import { type Actor, authorize, type ChannelFacts, type Granted } from '@parley/access'
import { channelNameKey, unsubscribe } from '@parley/api'
import { badRequest } from '@parley/core'
import { channelGroupsOf, type Tx } from '@parley/db'
import { append, hold, type NewEvent } from '@parley/events'
import { type Handling, route } from '@parley/kit'
import type { Context } from '../context.ts'
import { channelFactsByName } from '../facts/channel-facts.ts'
import { type Memberships, readMemberships } from '../facts/memberships.ts'
import { findOverseers, findPeople } from '../facts/people.ts'
import { takeTurn } from '../facts/turn.ts'
import { channelObject } from '../present/channel-object.ts'
import { readChannel } from '../repo/channels.ts'
import { type LeftUnread, stopReceiving } from '../repo/received.ts'
import { endSubscriptions, readSubscribers } from '../repo/subscriptions.ts'
import { leftEvents } from '../rules/membership-events.ts'
import { storable } from '../rules/storable.ts'
import { refuseTooMany } from '../rules/too-many.ts'
import { noSuchChannel } from '../rules/unknown-channel.ts'
import { mostTold, unreadEvents } from '../rules/unread-events.ts'

type Handled = Handling<typeof unsubscribe, Context, Tx>
type Leave = Granted<'channel:unsubscribe'>

/** What came of one channel. */
interface Leaving {
  readonly proofs: readonly [Leave, ...Leave[]]
  readonly name: string
  readonly left: readonly number[]
  readonly events: readonly NewEvent[]
}

export default route<typeof unsubscribe, Context, Tx>(unsubscribe, async (handled) => {
  const { input, tx, principal } = handled
  refuseTooMany(input.subscriptions.length, input.principals?.length ?? 1)
  const { actor, rights } = await takeTurn(tx, principal, handled)
  const people = await findPeople(tx, input.principals?.length ? input.principals : [actor.userId])
  if (!people) throw badRequest('No such user')
  const channels = await named(tx, actor, input.subscriptions)
  const memberships = await readMemberships(
    tx,
    channels.map(({ facts }) => facts.channelId),
    people.map((person) => person.userId),
  )

  const leavings: Leaving[] = []
  for (const { facts, name } of channels) {
    const [first, ...rest] = people.map((person) => proofFor(person, name, facts, memberships))
    if (first) leavings.push(await leave(handled, [first, ...rest], people))
  }
  const events = leavings.flatMap((leaving) => leaving.events)
  if (events.length > 0) {
    await hold(tx, rights)
    const most = mostTold(leavings.reduce((sum, { left }) => sum + left.length, 0))
    const unread: LeftUnread[] = []
    for (const { proofs, left } of leavings) unread.push(...(await stopReceiving(tx, proofs[0], left, most)))
    await append(tx, rights, [...events, ...unreadEvents(unread)])
  }
  return {
    removed: leavings.filter(({ left }) => left.length > 0).map(({ name }) => name),
    not_removed: leavings.filter(({ left }) => left.length < people.length).map(({ name }) => name),
  }

  function proofFor(person: Actor, name: string, facts: ChannelFacts, all: Memberships): Leave {
    const { userId, botOwnerId } = person
    const subject = { userId, botOwnerId, subscribed: all.has(facts.channelId, userId) }
    const verdict = authorize('channel:unsubscribe', actor, { channel: facts, subject }, rights)
    if (verdict.ok) return verdict.granted
    throw verdict.kind === 'hide' ? noSuchChannel(name) : badRequest('Insufficient permission')
  }
})

/** The named channels, each once, in the order of their keys: everybody locks rows in that order. */
async function named(
  tx: Tx,
  actor: Actor,
  names: readonly string[],
): Promise<{ readonly name: string; readonly facts: ChannelFacts }[]> {
  const unheard = names.find((name) => !storable(name))
  if (unheard !== undefined) throw noSuchChannel(unheard)
  const byKey = new Map(names.map((name) => [channelNameKey(name), name]))
  const facts = await channelFactsByName(tx, actor, names)
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, name]) => {
      const found = facts.get(key)
      if (!found) throw noSuchChannel(name)
      return { name, facts: found }
    })
}

async function leave(
  { tx, ctx, actor }: Handled,
  proofs: readonly [Leave, ...Leave[]],
  people: readonly Actor[],
): Promise<Leaving> {
  const now = ctx.clock.now()
  const left = await endSubscriptions(tx, proofs, now)
  const row = await readChannel(tx, proofs[0])
  const channel = channelObject(row, now)
  const groups = channelGroupsOf(row)
  const changing = {
    channel,
    groups,
    by: actor.userId,
    subscribers: await readSubscribers(tx, proofs[0]),
    overseers: channel.invite_only ? await findOverseers(tx, groups) : [],
  }
  const gone = people.filter((person) => left.includes(person.userId))
  return { proofs, name: channel.name, left, events: leftEvents(changing, gone) }
}
