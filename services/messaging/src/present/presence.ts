import { type LegacyPresence, mostPresenceDays, type SlimPresence } from '@parley/api'
import type { Turned } from '@parley/events'
import type { News, Noted, Seen } from '../presence/store.ts'
import type { Shown } from '../repo/presence-people.ts'

/** Somebody who was active this many seconds before they were last there counts as active (Zulip: legacy presence). */
const activeFor = 70
/** Somebody of whom nothing was heard for more seconds is gone (Zulip API: `server_presence_offline_threshold_seconds`). */
const goneAfter = 200
const day = 86_400

/** As clients read it. */
const slimPresence = ({ active, there }: Seen): SlimPresence => ({
  active_timestamp: active,
  idle_timestamp: there,
})

/** How somebody was last there. */
export const standing = ({ active, there }: Seen): Pick<Turned, 'status' | 'timestamp'> =>
  active + activeFor >= there ? { status: 'active', timestamp: active } : { status: 'idle', timestamp: there }

/** Is it to be seen that somebody has come, gone idle or become active again? */
export const turned = ({ before, now }: Noted): boolean =>
  now.there - before.there > goneAfter || standing(before).status !== standing(now).status

/** As older clients read it. */
export function legacyPresence(seen: Seen): LegacyPresence {
  const one = { client: 'website', ...standing(seen), pushable: false }
  return { aggregated: one, website: one }
}

/** The second after which somebody must have been there to be told of. @param now milliseconds since the Unix epoch */
export const presenceSince = (now: number, days: number = mostPresenceDays): number =>
  Math.floor(now / 1000) - Math.min(days, mostPresenceDays) * day

const thereAfter = (news: News, people: readonly Shown[], since: number): (readonly [Shown, Seen])[] =>
  people.flatMap((person) => {
    const seen = news.seen.get(person.user_id)
    return seen && seen.there >= since ? [[person, seen] as const] : []
  })

/** Those who are shown and were there after a second, by id. */
export const slimPresences = (
  news: News,
  people: readonly Shown[],
  since: number,
): Record<string, SlimPresence> =>
  Object.fromEntries(
    thereAfter(news, people, since).map(([{ user_id }, seen]) => [user_id, slimPresence(seen)]),
  )

/** The same for older clients, by e-mail. */
export const legacyPresences = (
  news: News,
  people: readonly Shown[],
  since: number,
): Record<string, LegacyPresence> =>
  Object.fromEntries(
    thereAfter(news, people, since).map(([{ email }, seen]) => [email, legacyPresence(seen)]),
  )
