import type { Resolved } from '../facts/narrow-names.ts'

/** What all messages of a narrow hold, null for nothing: what does not hold words is nearly everything. */
export function wordsOf(terms: readonly Resolved[]): string | null {
  const texts = terms.flatMap((term) => (term.kind === 'search' && !term.negated ? [term.text] : []))
  return texts.length === 0 ? null : texts.join(' ')
}
