import type { Granted } from '@parley/access'
import type { LegacyPresence, SlimPresence } from '@parley/api'
import type { Tx } from '@parley/db'
import type { Context } from '../context.ts'
import { legacyPresences, presenceSince, slimPresences } from '../present/presence.ts'
import { findShown, readPresenceUsed } from '../repo/presence-people.ts'
import { nothing } from './store.ts'

/** Who was there lately, as clients read it. */
export interface Told {
  /** The number of the newest news; -1 where nothing is known. */
  readonly last: number
  /** Of the answer, seconds since the Unix epoch. */
  readonly at: number
  slim(): Record<string, SlimPresence>
  legacy(): Record<string, LegacyPresence>
}

/**
 * Who was there, of those who show it, at this moment.
 * @param after only those of whom there is news after this number; -1 for all
 * @param days how far back
 */
export async function toldPresence(
  tx: Tx,
  granted: Granted<'self:be-there'> | Granted<'user:list'> | Granted<'message:list'>,
  { presence, clock }: Pick<Context, 'presence' | 'clock'>,
  { after = -1, days }: { readonly after?: number | undefined; readonly days?: number | undefined } = {},
): Promise<Told> {
  const now = clock.now()
  const used = await readPresenceUsed(tx, granted)
  const news = used ? await presence.after(granted.actor.orgId, after) : nothing
  const people = news.seen.size === 0 ? [] : await findShown(tx, granted, [...news.seen.keys()])
  const since = presenceSince(now, days)
  return {
    last: news.last,
    at: now / 1000,
    slim: () => slimPresences(news, people, since),
    legacy: () => legacyPresences(news, people, since),
  }
}
