import { type Actor, type ChannelFacts, limitsGuests } from '@parley/access'
import type { subscribe, unsubscribe } from '@parley/api'
import type { Tx } from '@parley/db'
import type { TakesPart, Together } from '@parley/kit'
import type { Context } from './context.ts'
import { channelFactsOfAll } from './facts/channel-facts.ts'
import { answerOfJoining, comingsOf } from './join-channels.ts'
import { answerOfLeaving, goingsOf, named } from './leave-channels.ts'
import { endMoves } from './memberships.ts'
import { makeMoves, type Move, type Moved } from './moves.ts'
import { storable } from './rules/storable.ts'
import { subscribePlan } from './rules/subscribe-plan.ts'
import { refuseUnsupported } from './rules/supported.ts'
import { noAccess } from './rules/unknown-channel.ts'
import { wantedChannels } from './rules/wanted-channels.ts'

/** Names of channels. */
type Wish = readonly string[]
/** The channels of a wish, by key; null where somebody else's wish comes before it. */
type Facts = ReadonlyMap<string, ChannelFacts> | null

interface Change {
  readonly moves: readonly Move[]
  readonly answer: (moved: readonly Moved[]) => unknown
}

/** More channels than these are a request of their own. */
const mostChannels = 8

/**
 * People who come into channels by themselves, or leave them: several share the organisation's turn. Channels to be made,
 * private ones, and all where guests see only whom they have met, ask for more, and are left to the handler.
 */
export const ownMoves: Together<Context, Tx, Wish, Facts, Change> = {
  async facts(tx, asked) {
    const found = await channelFactsOfAll(
      tx,
      asked.map(({ user, wish }) => ({ user, names: wish })),
    )
    const taken = new Set<string>()
    return found.map((facts, i) => {
      const pairs = [...facts.values()].map(({ channelId }) => `${asked[i]?.user} ${channelId}`)
      if (pairs.some((pair) => taken.has(pair))) return null
      for (const pair of pairs) taken.add(pair)
      return facts
    })
  },
  async change({ tx, ctx, rights }, changes) {
    const moves = changes.flatMap((change) => change.moves)
    const moved = await makeMoves(tx, moves, ctx.clock.now())
    let from = 0
    const answers = changes.map((change) => {
      const own = moved.slice(from, from + change.moves.length)
      from += own.length
      return change.answer(own)
    })
    return { answers, end: () => endMoves(tx, rights, moved) }
  },
}

type Part<O extends typeof subscribe | typeof unsubscribe> = TakesPart<O, Context, Tx, Wish, Facts, Change>

export const comesTogether: Part<typeof subscribe> = {
  wish({ principals = [], subscriptions }) {
    if (principals.length > 0 || subscriptions.length > mostChannels) return null
    const names = subscriptions.map(({ name }) => name.trim())
    return names.every(storable) ? names : null
  },
  decide({ input, actor, rights }, facts) {
    if (!facts) return null
    const wanted = wantedChannels(input.subscriptions)
    refuseUnsupported(input, actor)
    const { absent, open, unauthorized } = subscribePlan(wanted, facts, actor, rights, false)
    const fatal = input.authorization_errors_fatal
    const [refused] = unauthorized
    if (refused !== undefined && fatal) throw noAccess(refused)
    if (absent.length > 0) return null
    const people = [actor]
    return plain(actor, facts, {
      moves: comingsOf(open, actor.userId, people),
      answer: (joinings) => ({
        ...answerOfJoining(joinings, people),
        ...(fatal ? {} : { unauthorized: [...unauthorized] }),
        // Nobody was brought in by anybody else.
        new_subscription_messages_sent: input.send_new_subscription_messages,
      }),
    })
  },
}

export const goesTogether: Part<typeof unsubscribe> = {
  wish: ({ principals = [], subscriptions }) =>
    principals.length === 0 && subscriptions.length <= mostChannels && subscriptions.every(storable)
      ? subscriptions
      : null,
  decide({ input, actor, rights }, facts) {
    if (!facts) return null
    const people = [actor]
    return plain(actor, facts, {
      moves: goingsOf({ actor, rights }, named(input.subscriptions, facts), people),
      answer: (leavings) => answerOfLeaving(leavings, people),
    })
  },
}

/** The change, where nobody else has to be asked for by it. */
const plain = (actor: Actor, facts: NonNullable<Facts>, change: Change): Change | null =>
  limitsGuests(actor.realmGroups) || [...facts.values()].some(({ inviteOnly }) => inviteOnly) ? null : change
