import type { Actor, Granted } from '@parley/access'
import type { NewChannelWish } from '@parley/api'
import { channelGroupsOf, onOneTrip } from '@parley/db'
import type { NewEvent } from '@parley/events'
import { channelFactsByName } from './facts/channel-facts.ts'
import { findOverseers } from './facts/people.ts'
import { makeChannel, madeEvents, prepareMaking } from './make-channel.ts'
import type { Acting } from './acting.ts'
import { channelObject } from './present/channel-object.ts'
import { settingsObject } from './present/subscription-object.ts'
import { channelOf, type Made } from './repo/channels.ts'
import { readOccupied, startSubscriptions } from './repo/subscriptions.ts'
import { defaultColor } from './rules/color.ts'
import { creationEvents, joinedEvents } from './rules/membership-events.ts'
import { subscribePlan } from './rules/subscribe-plan.ts'
import { nameTaken, noAccess } from './rules/unknown-channel.ts'
import type { WantedChannel } from './rules/wanted-channels.ts'

/** A channel that people come into, and by which proof. */
export interface Target {
  readonly color: string | null
  readonly proof: Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'> | Made
}

/** What came of it: the channel's name as it is spelt, and who was not in it before. */
export interface Joining {
  readonly proof: Target['proof']
  readonly name: string
  readonly newcomers: readonly number[]
  readonly events: readonly NewEvent[]
}

/** What a request asks of the channels that do not exist yet, and of those that are closed to it. */
export interface Wish {
  readonly channel: NewChannelWish
  readonly url: string
  /** Does one that is closed fail the whole? */
  readonly fatal: boolean
}

/** What came of all: `beside` is for the log, after everything else. */
export interface Joined {
  readonly joinings: readonly Joining[]
  readonly unauthorized: readonly string[]
  readonly beside: readonly NewEvent[]
}

/**
 * Brings people into channels and makes those that do not exist, but for what happens behind the head
 * (`writeMemberships`).
 * @throws AppError where the actor may not, or a channel cannot be made as asked
 */
export async function joinChannels(
  acting: Acting,
  wanted: readonly WantedChannel[],
  people: readonly Actor[],
  wish: Wish,
): Promise<Joined> {
  const { tx, actor, rights } = acting
  const names = wanted.map((channel) => channel.name)
  const facts = await channelFactsByName(tx, actor, names)
  const others = people.some((person) => person.userId !== actor.userId)
  const plan = subscribePlan(wanted, facts, actor, rights, others)
  const [refused] = plan.unauthorized
  if (refused !== undefined && wish.fatal) throw noAccess(refused)

  const targets: Target[] = plan.open.map(({ wanted: { color }, proof }) => ({ color, proof }))
  const beside: NewEvent[] = []
  if (plan.absent.length > 0) {
    const making = await prepareMaking(acting, wish.channel, wish.url, others)
    for (const channel of plan.absent) {
      const proof = await makeChannel(acting, making, channel)
      if (!proof) throw nameTaken(channel.name)
      targets.push({ color: channel.color, proof })
    }
    beside.push(...(await madeEvents(acting, making)))
  }
  const joinings: Joining[] = []
  for (const target of targets) joinings.push(await join(acting, target, people))
  return { joinings, unauthorized: plan.unauthorized, beside }
}

/** Brings people into one channel; of a new one it tells that there is one, too. */
export async function join(
  { tx, actor, now }: Acting,
  { color, proof }: Target,
  people: readonly Actor[],
): Promise<Joining> {
  const entry = { color: color ?? defaultColor(channelOf(proof)), recolor: color !== null, at: now }
  const users = people.map((person) => person.userId)
  const [started, { row, subscribers }] = await onOneTrip(
    startSubscriptions(tx, proof, users, entry),
    readOccupied(tx, proof),
  )
  const channel = channelObject(row, now)
  const groups = channelGroupsOf(row)
  const settings = new Map(started.map((one) => [one.user_id, settingsObject(one)]))
  const joined = people.flatMap((person) => {
    const own = settings.get(person.userId)
    return own ? [{ person, settings: own }] : []
  })
  const isNew = proof.action === 'channel:made'
  const changing = {
    channel,
    groups,
    isNew,
    by: actor.userId,
    subscribers,
    overseers: channel.invite_only ? await findOverseers(tx, groups) : [],
  }
  return {
    proof,
    name: channel.name,
    newcomers: started.map((one) => one.user_id),
    events: [...(isNew ? creationEvents(changing, joined) : []), ...joinedEvents(changing, joined)],
  }
}

/** Names of channels by user id, for those who came in and for those who were in already. */
export function answerOfJoining(
  joinings: readonly Joining[],
  people: readonly Actor[],
): { readonly subscribed: Record<string, string[]>; readonly already_subscribed: Record<string, string[]> } {
  const names = (of: (joining: Joining, id: number) => boolean): Record<string, string[]> =>
    Object.fromEntries(
      people
        .map(({ userId }) => {
          const those = joinings.filter((joining) => of(joining, userId))
          return [String(userId), those.map((joining) => joining.name)] as const
        })
        .filter(([, list]) => list.length > 0),
    )
  return {
    subscribed: names((joining, id) => joining.newcomers.includes(id)),
    already_subscribed: names((joining, id) => !joining.newcomers.includes(id)),
  }
}
