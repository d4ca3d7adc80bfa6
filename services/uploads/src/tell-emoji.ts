import type { Granted } from '@parley/access'
import type { Tx } from '@parley/db'
import { append, emojiChanged, emojiSet, make } from '@parley/events'
import { readEmoji } from './repo/emoji.ts'

/** Tells everybody of the organisation's emoji as they are now, and audit of the act. */
export async function tellEmoji(
  tx: Tx,
  granted: Granted<'emoji:add'> | Granted<'emoji:deactivate'>,
  op: 'add' | 'deactivate',
  id: number,
): Promise<void> {
  const told = make(emojiSet, { realm_emoji: await readEmoji(tx, granted) })
  await append(tx, granted.rights, [make(emojiChanged, { op, id, by: granted.actor.userId }), told])
}
