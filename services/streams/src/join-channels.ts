import type { Actor } from '@parley/access'
import type { NewChannelWish } from '@parley/api'
import type { UserId } from '@parley/core'
import type { NewEvent } from '@parley/events'
import type { Acting } from './acting.ts'
import { channelFactsByName } from './facts/channel-facts.ts'
import { makeChannel, madeEvents, prepareMaking } from './make-channel.ts'
import { type Coming, makeMoves, type Moved } from './moves.ts'
import { renderDescriptions } from './present/description.ts'
import { type SubscribePlan, subscribePlan } from './rules/subscribe-plan.ts'
import { nameTaken, noAccess } from './rules/unknown-channel.ts'
import type { WantedChannel } from './rules/wanted-channels.ts'

/** What a request asks of the channels that do not exist yet, and of those that are closed to it. */
export interface Wish {
  readonly channel: NewChannelWish
  readonly url: string
  /** Does one that is closed fail the whole? */
  readonly fatal: boolean
}

/** What came of all: `beside` is for the log, after everything else. */
export interface Joined {
  readonly joinings: readonly Moved<Coming>[]
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

  const by = actor.userId
  const comings = comingsOf(plan.open, by, people)
  const beside: NewEvent[] = []
  if (plan.absent.length > 0) {
    const making = await prepareMaking(acting, wish.channel, wish.url, others)
    for (const channel of renderDescriptions({ ...acting, url: wish.url }, plan.absent)) {
      const proof = await makeChannel(acting, making, channel)
      if (!proof) throw nameTaken(channel.name)
      comings.push({ kind: 'coming', by, people, color: channel.color, proof })
    }
    beside.push(...(await madeEvents(acting, making)))
  }
  const joinings = await makeMoves(tx, comings, acting.now)
  return { joinings, unauthorized: plan.unauthorized, beside }
}

/** Into the channels that there are and that are open. */
export const comingsOf = (open: SubscribePlan['open'], by: UserId, people: readonly Actor[]): Coming[] =>
  open.map(({ wanted: { color }, proof }) => ({ kind: 'coming', by, people, color, proof }))

const came = ({ changed }: Moved, id: number): boolean => changed.some(({ userId }) => userId === id)

/** Names of channels by user id, for those who came in and for those who were in already. */
export function answerOfJoining(
  joinings: readonly Moved[],
  people: readonly Actor[],
): { readonly subscribed: Record<string, string[]>; readonly already_subscribed: Record<string, string[]> } {
  const names = (of: (joining: Moved, id: number) => boolean): Record<string, string[]> =>
    Object.fromEntries(
      people
        .map(({ userId }) => {
          const those = joinings.filter((joining) => of(joining, userId))
          return [String(userId), those.map((joining) => joining.name)] as const
        })
        .filter(([, list]) => list.length > 0),
    )
  return {
    subscribed: names(came),
    already_subscribed: names((joining, id) => !came(joining, id)),
  }
}
