import { orgId } from '@parley/core'
import { size, type TestDatabase, testDatabase } from '@parley/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { matchingWords } from '../src/repo/matching-words.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

/** Forms that differ in more than their end, digits that end words, other alphabets, marks that stand by themselves. */
const odd = [
  'skies sky dying die lying ties news idly gently singly I Is',
  '12abc 1e5abc abc 1e5 0xAFF aff naïve Naive İstanbul istanbul ıstanbul',
  'membaca baca bercerita cerita gcarr carr соро́к сорок sorok',
  'ﬁnds finding e\u0301abc abc\u0301 \u0301abc ΣΊΣΥΦΟΣ сорок 東京 ＡＢＣ K',
].flatMap((line) => line.split(' '))
const someWord = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({
    unit: fc.constantFrom('a', 'A', 'b', 'i', 'I', 'k', 'K', 's', 'S', 'y', '1', 'e', 'é'),
    minLength: 1,
    maxLength: 4,
  }),
)
const stem = fc
  .tuple(someWord, fc.constantFrom('', 's', 'es', 'ing', 'ed', 'ly', "'s"))
  .map((parts) => parts.join(''))

// Of the others, the first two take endings from the front too, and the last has two alphabets.
test.each(['english', 'indonesian', 'irish', 'serbian'])(
  'of the words of a page those are marked that the search finds, whatever they begin with: %s',
  async (language) => {
    await db.superuser('SELECT messaging.speak($1)', [language])
    const messaging = await db.as('messaging')
    await fc.assert(
      fc.asyncProperty(
        fc.array(stem, { maxLength: 40 }),
        fc.array(stem, { maxLength: 3 }),
        async (all, asked) => {
          const words = [...new Set(all.filter((word) => /^[\p{L}\p{N}\p{M}]+$/u.test(word)))]
          const text = asked.join(' ')
          const [marked, wanted] = await messaging.read(orgId(1), async (tx) => [
            await matchingWords(tx, words, text),
            await tx.query(
              z.object({ word: z.string() }),
              `SELECT word FROM unnest($1::text[]) AS word
            WHERE tsvector_to_array(messaging.words_of(word)) && tsvector_to_array(messaging.words_of($2))`,
              [words, text],
            ),
          ])
          expect([...marked].sort()).toEqual(wanted.map(({ word }) => word).sort())
        },
      ),
      { numRuns: size(100, 2_000) },
    )
  },
)
