import { isAdminRole, isGuestRole } from '@parley/access'
import type { About, Audience } from '@parley/events'
import type { Person } from './person.ts'

/** The part of an event that decides who sees it. */
export interface Addressed {
  readonly audience: Audience
  readonly userIds: readonly number[]
  readonly channelId: number | null
  /** The channel it tells more people of than are in it; absent for none. */
  readonly about?: About | null
  /** It tells what was said in its channel. */
  readonly content?: boolean
  /** The messages that it tells of, the one first whose text it may hold; absent where it tells of none. */
  readonly messages?: readonly number[] | null
  /** Of the audience `readers`: whom it does not go to for following all public channels; absent where it goes to none for that. */
  readonly beside?: readonly number[] | null
  /** Of the audience `readers`: are those queues of the named meant that follow all public channels, or the others? Absent for all. */
  readonly following?: boolean | null
}

/** Where one user stands: the channels subscribed to, and those open to everybody (null: asks for none of them). */
export interface Standing {
  readonly channels: ReadonlySet<number>
  readonly open: ReadonlySet<number> | null
}

/** Does the event go to this user, standing so? */
export function goesTo(event: Addressed, user: number, standing: Standing): boolean {
  switch (event.audience) {
    case 'nobody':
      return false
    case 'organisation':
      return true
    case 'leavers':
      return event.userIds.includes(user)
    case 'users':
      // With a channel: for those of them who are in it, so that who has left since learns no more of it.
      return (
        event.userIds.includes(user) && (event.channelId === null || standing.channels.has(event.channelId))
      )
    case 'readers':
      return (
        (event.userIds.includes(user) &&
          (event.following ?? standing.open !== null) === (standing.open !== null)) ||
        (standing.open !== null && Array.isArray(event.beside) && !event.beside.includes(user))
      )
    case 'subscribers':
      return (
        event.userIds.includes(user) ||
        (event.channelId !== null &&
          (standing.channels.has(event.channelId) || (standing.open?.has(event.channelId) ?? false)))
      )
  }
}

/**
 * May the user still know what the event tells of a channel, which everybody could when it was told?
 * @param open channels that somebody of this person's role may know of without being in them
 */
export function mayKnow(
  { audience, about, content, messages, channelId }: Addressed,
  user: number,
  person: Pick<Person, 'role' | 'channels'>,
  open: ReadonlySet<number>,
): boolean {
  // What is said there may name who is not in it: whom it came to before, and bots that it mentions.
  const said = content || (audience === 'subscribers' && Array.isArray(messages))
  if (said && channelId !== null && !person.channels.has(channelId))
    return open.has(channelId) && !isGuestRole(person.role)
  if (!about) return true
  if (person.channels.has(about.channel)) return !about.unlessIn
  if (open.has(about.channel)) return true
  return !isGuestRole(person.role) && (isAdminRole(person.role) || about.creator === user)
}

/** Another place of this user in a channel: in it, out of it, or in it without the history that was there. */
export interface Move {
  readonly seq: number
  readonly kind: 'joined' | 'left' | 'withheld'
  readonly channel: number
}

/**
 * The channels a user was in, walked forward through the log. It starts from where the user is now, taken back
 * over the moves since.
 * @param moves in the order of the log, every one of this user since the place that the client knows
 */
export class PastChannels {
  readonly #channels: Set<number>
  readonly #moves: readonly Move[]
  #next = 0

  constructor(now: ReadonlySet<number>, moves: readonly Move[]) {
    this.#moves = moves
    this.#channels = new Set(now)
    for (const move of moves.toReversed())
      if (move.kind !== 'withheld') this.#apply(move.channel, move.kind === 'left')
  }

  /** The channels at this place; places must not go down from call to call. */
  at(seq: number): ReadonlySet<number> {
    for (let move = this.#moves[this.#next]; move && move.seq <= seq; move = this.#moves[++this.#next])
      if (move.kind !== 'withheld') this.#apply(move.channel, move.kind === 'joined')
    return this.#channels
  }

  /** Came the user into the channel between the place that the client knows and this one? */
  cameIn(channel: number, seq: number): boolean {
    return this.#moves.some((move) => move.kind === 'joined' && move.channel === channel && move.seq < seq)
  }

  /** Does the event tell of messages in a channel whose history was taken from the user since? */
  withheld({ content, channelId, seq }: Addressed & { readonly seq: number }): boolean {
    return content === true && channelId !== null && this.closed(channelId, seq)
  }

  /** Was the history of the channel taken from the user behind this place? */
  closed(channel: number, seq: number): boolean {
    return this.#moves.some((move) => move.kind === 'withheld' && move.channel === channel && move.seq > seq)
  }

  #apply(channel: number, inside: boolean): void {
    if (inside) this.#channels.add(channel)
    else this.#channels.delete(channel)
  }
}

/**
 * The events a user may have of a stretch of the log: those that went to the user at their place, and would now.
 * @param events in the order of the log
 * @param would what is asked instead of where it would go now; null where that counts
 */
export function entitled<E extends Addressed & { readonly seq: number }>(
  events: readonly E[],
  user: number,
  now: Standing,
  past: PastChannels,
  would: (event: E) => boolean | null = () => null,
): E[] {
  // Who came and went meanwhile is not told of the coming, so of the going neither.
  const knew = ({ audience, channelId, seq }: E): boolean =>
    audience !== 'leavers' ||
    channelId === null ||
    now.channels.has(channelId) ||
    !past.cameIn(channelId, seq)
  return events.filter(
    (event) =>
      goesTo(event, user, { channels: past.at(event.seq), open: now.open }) &&
      (would(event) ?? (goesTo(event, user, now) && knew(event))),
  )
}
