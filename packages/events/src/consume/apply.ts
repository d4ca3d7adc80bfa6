import { type OrgId, seq, type Seq } from '@parley/core'
import type { Database, Tx } from '@parley/db'
import type { LoggedEvent } from '../read-log.ts'
import { noteApplied, readTypes, takeInbox } from './inbox.ts'

/** What a consumer does: some events, in their order, in the transaction that also writes down that they are applied. */
export interface Effect {
  /** The service's name, with a suffix after a dot where it has several consumers. */
  readonly consumer: string
  readonly types: readonly string[]
  readonly handler: (tx: Tx, events: readonly LoggedEvent[]) => Promise<void>
}

/** How much of a log one transaction applies; a long backlog goes in pieces. */
const eventsAtOnce = 1000

/**
 * Applies the organisation's log up to `to`, each event exactly once and in order, read from the log itself: what came
 * over NATS only says that there is something. What is applied already is dropped.
 * @returns how far the log is applied now
 */
export async function applyUpTo(database: Database, effect: Effect, org: OrgId, to: Seq): Promise<Seq> {
  for (;;) {
    const applied = await database.write(org, (tx) => applySome(tx, effect, to))
    if (applied >= to) return applied
  }
}

async function applySome(tx: Tx, { consumer, types, handler }: Effect, to: Seq): Promise<Seq> {
  const applied = await takeInbox(tx, consumer)
  if (applied >= to) return applied
  const until = seq(Math.min(to, applied + eventsAtOnce))
  const events = await readTypes(tx, types, applied, until)
  if (events.length > 0) await handler(tx, events)
  await noteApplied(tx, consumer, until)
  return until
}
