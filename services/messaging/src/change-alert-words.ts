import type { Granted } from '@parley/access'
import type { Rights } from '@parley/core'
import type { Tx } from '@parley/db'
import { alertWordsSet, append, hold, make } from '@parley/events'
import { readAlertWords, writeAlertWords } from './repo/alert-words.ts'

/**
 * Changes the actor's alert words, and tells them where that makes others of them.
 * @param change what becomes of the list; the same list where nothing does
 * @throws what `change` throws
 */
export async function changeAlertWords(
  tx: Tx,
  granted: Granted<'self:use'>,
  rights: Rights,
  change: (words: readonly string[]) => readonly string[],
): Promise<string[]> {
  await hold(tx, rights)
  const before = await readAlertWords(tx, granted)
  const after = [...change(before)]
  if (after.length === before.length) return before
  await writeAlertWords(tx, granted, after)
  await append(tx, rights, [make(alertWordsSet, { alert_words: after }, { users: [granted.actor.userId] })])
  return after
}
