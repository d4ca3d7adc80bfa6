import { appendLeaf, leafHash } from '@parley/crypto'
import type { Tx } from '@parley/db'
import { declarations, type LoggedEvent } from '@parley/events'
import { addLeaf, holdTree } from '../repo/tree.ts'
import { entryOf } from '../rules/entry.ts'

/** Every type of event that becomes a leaf. */
export const auditedTypes: readonly string[] = declarations.filter((d) => d.audited).map((d) => d.type)

/** Writes one event as the next leaf of its organisation's tree. */
export async function auditEvent(tx: Tx, event: LoggedEvent): Promise<void> {
  const tree = await holdTree(tx)
  const entry = entryOf({
    org: tx.org,
    seq: event.seq,
    type: event.type,
    at: new Date(event.at).toISOString(),
    body: event.body,
  })
  const hash = leafHash(entry)
  await addLeaf(tx, { index: tree.size, seq: event.seq, entry, hash }, appendLeaf(tree, hash))
}
