import type { Answer, ApiClient } from '../../api-client.ts'
import type { Seeded } from '../seeded.ts'

/** An account that acts and is acted on. */
export interface Member extends ApiClient {
  readonly id: number
}

/** Who takes part, and what they have done so far. */
export interface Cast {
  readonly owner: Member
  /** Never deactivated: they look on. */
  readonly staying: readonly [Member, ...Member[]]
  /** Bots that look on, from outside most channels, and are mentioned there. */
  readonly lookingOn?: readonly Member[]
  /** Makes an account; its name counts up. */
  newcomer(name: string): Promise<Member>
}

export interface Play extends Cast {
  readonly random: Seeded
  readonly leaving: Member[]
  /** Who was deactivated. */
  readonly left: Member[]
  /** Who came back, without a credential. */
  readonly silent: Member[]
  readonly sent: number[]
  /** Those of them to channels, and those that are polls. */
  readonly inChannels: number[]
  readonly polls: number[]
  readonly groups: number[]
  readonly bots: number[]
  names: number
  readonly anybody: () => Member
}

/** One kind of change: does it as `who`, and answers what the API did; null where there is nothing to do it to. */
export type Change = (play: Play, who: Member) => Promise<Answer | null>

/** Kinds of a domain, with how often each is made. */
export type Kinds = Readonly<Record<string, readonly [weight: number, change: Change]>>

export const channels = ['Open', 'Closed', 'Hidden past', 'Late'] as const
export const topics = ['', 'Tea', 'tea', 'Cake'] as const

/** Names of accounts are made into addresses, which keep letters only. */
export const letters = (n: number): string => String.fromCodePoint(97 + Math.floor(n / 26), 97 + (n % 26))

export const oneGroup = ({ random, groups }: Play): number =>
  groups[random.below(Math.max(1, groups.length))] ?? 101

/** Of a channel that one is in or not: it is refused, or ends what was set while one was. */
export const oneChannel = async ({ random, owner }: Play): Promise<unknown> => {
  const found = await owner.get('/get_stream_id', { stream: random.pick(channels) })
  return found.body['stream_id']
}
