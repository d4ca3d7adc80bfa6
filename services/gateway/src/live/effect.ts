import {
  accountEmailChanged,
  botGiven,
  channelAccessChanged,
  channelCreated,
  channelHistoryClosed,
  keyRegenerated,
  membershipGranted,
  type MessagesRelocated,
  messagesRelocated,
  organisationDeactivated,
  passwordChanged,
  sessionEnded,
  subscriptionRemoved,
  userCreated,
  userDeactivated,
  userMoved,
  userReactivated,
  userRoleChanged,
} from '@parley/events'
import { z } from 'zod'
import type { LogEvent } from './log-event.ts'
import type { Place } from './whereabouts.ts'

/** What an event changes about who may see what. */
export type Effect =
  | { readonly kind: 'joined' | 'left'; readonly channel: number; readonly users: readonly number[] }
  /** Who is in the channel may read no more of its history than came to them. */
  | { readonly kind: 'withheld'; readonly channel: number; readonly users: readonly number[] }
  /** `credentials`: those of the account that end, all of a kind perhaps but one; null for all of them. */
  | {
      readonly kind: 'ended'
      readonly user: number
      readonly generation: number
      readonly active: boolean
      readonly credentials:
        | { readonly only: string }
        | { readonly prefix: string; readonly but?: string }
        | null
    }
  /** Everything of everybody ended: the organisation is out of use. */
  | { readonly kind: 'over' }
  /** The account sees its organisation from elsewhere, so its queues begin anew. `active`: null where that stays. */
  | {
      readonly kind: 'moved'
      readonly user: number
      readonly role: number
      readonly vantage: number
      readonly active: true | null
    }
  /** An account that everybody sees came to be: a bot. */
  | { readonly kind: 'appeared'; readonly user: number }
  /** Messages went from one channel to another. */
  | {
      readonly kind: 'relocated'
      readonly from: number
      readonly channel: number
      readonly places: ReadonlyMap<number, Place>
    }
  /** All members may know of it and read it, and guests know of it where it is web-public; or only those who are in it. */
  | { readonly kind: 'opened'; readonly channel: number; readonly webPublic: boolean }
  | { readonly kind: 'closed'; readonly channel: number }

/** The types that change where a user stands in a channel; catching up reads them apart. */
export const membershipTypes = [membershipGranted.type, subscriptionRemoved.type, channelHistoryClosed.type]

// Of each body only what matters here.
const Moved = z.object({ channel_id: z.int(), user_ids: z.array(z.int()) })
const Opened = z.object({ channel: z.object({ stream_id: z.int(), is_web_public: z.boolean() }) })
const Access = z.object({ channel_id: z.int(), invite_only: z.boolean(), is_web_public: z.boolean() })
const Ended = z.object({ user_id: z.int(), generation: z.int() })
const VantageMoved = z.object({ user_id: z.int(), role: z.int(), vantage: z.int() })
const Created = z.object({ user_id: z.int(), is_bot: z.boolean() })
const PasswordChanged = Ended.extend({ kept_session: z.int().nullable() })
const SessionEnded = Ended.extend({ session_id: z.int() })

/** The effect of an event; null for most. @throws ZodError where a body does not fit its declaration */
export function effectOf(event: LogEvent): Effect | null {
  switch (event.type) {
    // It stands before what the newcomers are told, so that they may have it.
    case membershipGranted.type: {
      const { channel_id, user_ids } = Moved.parse(event.body)
      return { kind: 'joined', channel: channel_id, users: user_ids }
    }
    case subscriptionRemoved.type: {
      const { channel_id, user_ids } = Moved.parse(event.body)
      return { kind: 'left', channel: channel_id, users: user_ids }
    }
    case channelHistoryClosed.type: {
      const { channel_id, user_ids } = Moved.parse(event.body)
      return { kind: 'withheld', channel: channel_id, users: user_ids }
    }
    case channelCreated.type: {
      const { channel } = Opened.parse(event.body)
      return { kind: 'opened', channel: channel.stream_id, webPublic: channel.is_web_public }
    }
    case channelAccessChanged.type: {
      const { channel_id: channel, invite_only, is_web_public: webPublic } = Access.parse(event.body)
      return invite_only ? { kind: 'closed', channel } : { kind: 'opened', channel, webPublic }
    }
    case userDeactivated.type: {
      const { user_id, generation } = Ended.parse(event.body)
      return { kind: 'ended', user: user_id, generation, active: false, credentials: null }
    }
    case userMoved.type:
    case userReactivated.type:
    case userRoleChanged.type: {
      const { user_id, role, vantage } = VantageMoved.parse(event.body)
      const active = event.type === userReactivated.type ? true : null
      return { kind: 'moved', user: user_id, role, vantage, active }
    }
    case userCreated.type: {
      const { user_id, is_bot } = Created.parse(event.body)
      return is_bot ? { kind: 'appeared', user: user_id } : null
    }
    // Who waits with a key came with the address of before.
    case accountEmailChanged.type:
    case botGiven.type:
    case keyRegenerated.type: {
      const { user_id, generation } = Ended.parse(event.body)
      return { kind: 'ended', user: user_id, generation, active: true, credentials: { prefix: 'key:' } }
    }
    case sessionEnded.type: {
      const { user_id, generation, session_id } = SessionEnded.parse(event.body)
      const credentials = { only: `session:${session_id}` }
      return { kind: 'ended', user: user_id, generation, active: true, credentials }
    }
    case organisationDeactivated.type:
      return { kind: 'over' }
    case passwordChanged.type: {
      const { user_id, generation, kept_session: kept } = PasswordChanged.parse(event.body)
      const credentials = { prefix: 'session:', ...(kept === null ? {} : { but: `session:${kept}` }) }
      return { kind: 'ended', user: user_id, generation, active: true, credentials }
    }
    case messagesRelocated.type:
      return relocatedBy(messagesRelocated.body.parse(event.body))
    default:
      return null
  }
}

function relocatedBy({ from, to, holders, message_ids: ids }: MessagesRelocated): Effect {
  if (!holders) {
    const everybody: Place = { channel: to, holders: null }
    return { kind: 'relocated', from, channel: to, places: new Map(ids.map((id) => [id, everybody])) }
  }
  const groups = new Map<number, number[]>(ids.map((id) => [id, []]))
  for (const [i, { message_ids }] of holders.entries()) for (const id of message_ids) groups.get(id)?.push(i)
  // Messages of the same people share their place: a move may be of thousands.
  const shared = new Map<string, Place>()
  const placeOf = (of: readonly number[]): Place => {
    const key = of.join()
    const known = shared.get(key)
    if (known) return known
    const place = { channel: to, holders: new Set(of.flatMap((i) => holders[i]?.user_ids ?? [])) }
    shared.set(key, place)
    return place
  }
  const places = new Map([...groups].map(([id, of]) => [id, placeOf(of)]))
  return { kind: 'relocated', from, channel: to, places }
}

/** Does the effect end this credential of its account? */
export function ends(effect: Effect & { kind: 'ended' }, credential: string): boolean {
  const { credentials } = effect
  if (credentials === null) return true
  if ('only' in credentials) return credential === credentials.only
  return credential.startsWith(credentials.prefix) && credential !== credentials.but
}
