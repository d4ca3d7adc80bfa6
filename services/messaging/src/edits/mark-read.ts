import type { Granted } from '@parley/access'
import type { Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import type { Resolved } from '../facts/narrow-names.ts'
import { idsAround } from '../repo/fetch.ts'
import { mark } from './mark.ts'

/** Most messages that one call marks as read. */
export const mostRead = 20_000

/** Marks the oldest of what is unread in a narrow as read. @returns whether that was all of it */
export async function markUnreadOf(
  tx: Tx,
  granted: Granted<'message:list'>,
  rights: Rights,
  terms: readonly Resolved[],
): Promise<boolean> {
  const unread = [...terms, { kind: 'unread' as const, negated: false }]
  const all = { kind: 'around' as const, anchor: 0, includeAnchor: false, before: 0, after: mostRead }
  const { ids } = await idsAround(tx, granted, unread, all)
  await mark(tx, granted, rights, { op: 'add', flag: 'read' }, ids)
  return ids.length < mostRead
}
