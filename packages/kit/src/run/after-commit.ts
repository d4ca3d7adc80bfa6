import type { OrgId, Seq } from '@parley/core'
import type { Tx } from '@parley/db'

/** What a transaction appended to its organisation's log. */
export interface Appended {
  /** The last event's place. */
  readonly seq: Seq
  /** Took a right away: the answer waits until every gateway has applied it. */
  readonly revokes: boolean
}

/** What follows a commit; packages/events makes it. */
export interface AfterCommit {
  /** What this transaction appended so far; null for nothing. */
  appendedIn(tx: Tx): Appended | null
  /** Tells the relay that there is something to publish; never fails and never waits. */
  hint(org: OrgId, seq: Seq): void
  /** Resolves when no gateway acts on anything older than `seq`. */
  barrier(org: OrgId, seq: Seq): Promise<void>
}
