import { appendLeaf, leafHash } from '@parley/crypto'
import type { Tx } from '@parley/db'
import { declarations, type LoggedEvent } from '@parley/events'
import { addLeaves, holdTree } from '../repo/tree.ts'
import { entryOf } from '../rules/entry.ts'
import type { Leaf } from '../rules/verify.ts'

/** Every type of event that becomes a leaf. */
export const auditedTypes: readonly string[] = declarations.filter((d) => d.audited).map((d) => d.type)

/** Writes events as the next leaves of their organisation's tree. */
export async function auditEvents(tx: Tx, events: readonly LoggedEvent[]): Promise<void> {
  let tree = await holdTree(tx)
  const leaves = events.map(({ seq, type, at, body }): Leaf => {
    const entry = entryOf({ org: tx.org, seq, type, at: new Date(at).toISOString(), body })
    const leaf = { index: tree.size, seq, entry, hash: leafHash(entry) }
    tree = appendLeaf(tree, leaf.hash)
    return leaf
  })
  await addLeaves(tx, leaves, tree)
}
