import { prepared, type Tx } from '@parley/db'
import { z } from 'zod'
import { initialsOf, mayBegin } from '../rules/initials.ts'

/** Which of the words a search for `text` looks for, in whichever form they stand. */
export async function matchingWords(
  tx: Tx,
  words: readonly string[],
  text: string,
): Promise<ReadonlySet<string>> {
  if (words.length === 0 || text === '') return new Set()
  const initials = initialsOf(text)
  const likely = words.filter((word) => mayBegin(word, initials))
  const others = words.filter((word) => !mayBegin(word, initials))
  const rows = await tx.query(
    z.object({ word: z.string() }),
    // Forms of a word begin alike in English; some languages have prefixes, or more alphabets than one.
    prepared(`SELECT word FROM unnest($1::text[] || CASE WHEN EXISTS (
        SELECT FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
          WHERE n.nspname = 'messaging' AND d.dictname = 'stems' AND d.dictinitoption = 'language = ''english''')
        THEN '{}' ELSE $2::text[] END) AS word
      WHERE tsvector_to_array(messaging.words_of(word)) && (SELECT tsvector_to_array(messaging.words_of($3)))`),
    [likely, others, text],
  )
  return new Set(rows.map(({ word }) => word))
}
