import { topicForClient } from '@parley/api'
import type { Tx } from '@parley/db'
import type { Resolved } from '../facts/narrow-names.ts'
import { matchingWords } from '../repo/matching-words.ts'
import type { MessageRow } from '../repo/messages.ts'
import { escapeHtml, highlight, wordsIn } from './highlight.ts'

/** What of a message a narrow found, as HTML (Zulip API: `match_content`, `match_subject`). */
export interface Match {
  readonly match_content: string
  readonly match_subject: string
}

/** How much of one answer is looked through for words to mark: different words, and bytes of HTML. */
const mostWords = 20_000
const mostBytes = 1_000_000

interface Shown {
  readonly content: string
  readonly topic: string
}

/** The words of the first messages, as far as they are looked through, and how many messages these are. */
function wordsOf(shown: readonly Shown[]): { readonly words: ReadonlySet<string>; readonly looked: number } {
  const words = new Set<string>()
  let bytes = 0
  let looked = 0
  for (const { content, topic } of shown) {
    bytes += Buffer.byteLength(content) + Buffer.byteLength(topic)
    if (bytes > mostBytes) break
    for (const word of [...wordsIn(content), ...wordsIn(topic)]) words.add(word)
    if (words.size > mostWords) break
    looked++
  }
  return { words, looked }
}

/**
 * Topic and text of messages with the words marked that the narrow searches for; of a large page only the first are
 * marked, the others are as they were rendered.
 * @param emptyTopicKnown does the client know the nameless topic?
 */
export async function matchesOf(
  tx: Tx,
  rows: readonly MessageRow[],
  terms: readonly Resolved[],
  emptyTopicKnown: boolean,
): Promise<ReadonlyMap<number, Match>> {
  const asked = terms
    .flatMap((term) => (term.kind === 'search' && !term.negated ? [term.text] : []))
    .join(' ')
  const shown = rows.map((row) => ({
    id: row.id,
    content: row.rendered,
    topic: row.channelId === null ? '' : escapeHtml(topicForClient(row.topic, emptyTopicKnown)),
  }))
  const { words, looked } = wordsOf(asked === '' ? [] : shown)
  const marked = await matchingWords(tx, [...words].slice(0, mostWords), asked)
  return new Map(
    shown.map(({ id, content, topic }, i) => [
      id,
      i < looked
        ? { match_content: highlight(content, marked), match_subject: highlight(topic, marked) }
        : { match_content: content, match_subject: topic },
    ]),
  )
}
