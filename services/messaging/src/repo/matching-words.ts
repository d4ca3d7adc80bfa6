import { prepared, type Tx } from '@parley/db'
import { z } from 'zod'
import { initialsOf, mayBegin } from '../rules/initials.ts'

/** Which of the words a search for `text` looks for, in whichever form they stand. */
export async function matchingWords(
  tx: Tx,
  words: readonly string[],
  text: string,
): Promise<ReadonlySet<string>> {
  const initials = initialsOf(text)
  const asked = words.filter((word) => mayBegin(word, initials))
  if (asked.length === 0 || text === '') return new Set()
  const rows = await tx.query(
    z.object({ word: z.string() }),
    prepared(`SELECT word FROM unnest($1::text[]) AS word
      WHERE tsvector_to_array(messaging.words_of(word)) && (SELECT tsvector_to_array(messaging.words_of($2)))`),
    [asked, text],
  )
  return new Set(rows.map(({ word }) => word))
}
