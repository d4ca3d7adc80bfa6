import { type Actor, authorize, type ChannelFacts, type Granted } from '@parley/access'
import type { Rights } from '@parley/core'
import type { WantedChannel } from './wanted-channels.ts'

/** What a request to subscribe comes to, channel by channel. */
export interface SubscribePlan {
  readonly open: readonly {
    readonly wanted: WantedChannel
    readonly proof: Granted<'channel:subscribe'> | Granted<'channel:add-subscribers'>
  }[]
  /** Channels that do not exist. */
  readonly absent: readonly WantedChannel[]
  /** Names of channels that the actor may not join, or not add others to. */
  readonly unauthorized: readonly string[]
}

/** `facts`: of the channels that exist, by key. `others`: is anybody but the actor to be subscribed? */
export function subscribePlan(
  wanted: readonly WantedChannel[],
  facts: ReadonlyMap<string, ChannelFacts>,
  actor: Actor,
  rights: Rights,
  others: boolean,
): SubscribePlan {
  const open: SubscribePlan['open'][number][] = []
  const absent: WantedChannel[] = []
  const unauthorized: string[] = []
  for (const channel of wanted) {
    const found = facts.get(channel.key)
    if (!found) {
      absent.push(channel)
      continue
    }
    const verdict = others
      ? authorize('channel:add-subscribers', actor, found, rights)
      : authorize('channel:subscribe', actor, found, rights)
    if (verdict.ok) open.push({ wanted: channel, proof: verdict.granted })
    else unauthorized.push(channel.name)
  }
  return { open, absent, unauthorized }
}
