import type { Actor } from '@parley/access'
import type { Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { append, hold, type NewEvent } from '@parley/events'
import type { Joining } from './join-channels.ts'
import type { Leaving } from './leave-channels.ts'
import { type LeftUnread, startReceiving, stopReceiving } from './repo/received.ts'
import { mostTold, unreadEvents } from './rules/unread-events.ts'

/** Who changes who is in which channels, after their turn has come. */
export interface Acting {
  readonly tx: Tx
  readonly actor: Actor
  readonly rights: Rights
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

/**
 * What is done behind the head, after all rows were changed: those who left receive nothing more, those who came do, and
 * the log says so; last what it says `beside`.
 */
export async function writeMemberships(
  { tx, rights }: Acting,
  leavings: readonly Leaving[],
  joinings: readonly Joining[],
  beside: readonly NewEvent[] = [],
): Promise<void> {
  const events = [...leavings, ...joinings].flatMap((change) => change.events)
  if (events.length + beside.length === 0) return
  await hold(tx, rights)
  const most = mostTold(leavings.reduce((sum, { left }) => sum + left.length, 0))
  const unread: LeftUnread[] = []
  for (const { proofs, left } of leavings) unread.push(...(await stopReceiving(tx, proofs[0], left, most)))
  for (const { proof, newcomers } of joinings) await startReceiving(tx, proof, newcomers)
  await append(tx, rights, [...events, ...unreadEvents(unread), ...beside])
}
