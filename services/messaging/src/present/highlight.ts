/** A tag, with whatever stands quoted in it, or a character reference: neither holds words. */
const markup = /(<(?:"[^"]*"|'[^']*'|[^'">])*>|&#?\w+;)/u
const word = /[\p{L}\p{N}\p{M}]+/gu

/** These are read by programs, not by people. */
const opaque = /^<(\/?)(?:math|svg|style|script)\b/i
/** Clients that draw formulas by themselves know every element of them, and none between. */
const formula = /^<span class="katex/
const span = /^<(\/?)span\b/

/** Applies `text` to what a reader sees of HTML; markup stays as it is. */
function overText(html: string, text: (seen: string) => string): string {
  let depth = 0
  let spans = 0
  return html
    .split(markup)
    .map((piece, i) => {
      if (i % 2 === 0) return depth > 0 || spans > 0 ? piece : text(piece)
      const ofFormula = spans > 0 || formula.test(piece) ? span.exec(piece) : null
      if (ofFormula) spans += ofFormula[1] === '/' ? -1 : 1
      const edge = opaque.exec(piece)
      if (edge) depth = Math.max(0, depth + (edge[1] === '/' ? -1 : 1))
      return piece
    })
    .join('')
}

/** The words that a reader sees in HTML, each once, as they are written. */
export function wordsIn(html: string): Set<string> {
  const found = new Set<string>()
  overText(html, (seen) => {
    for (const [one] of seen.matchAll(word)) found.add(one)
    return seen
  })
  return found
}

/** The same HTML, with these words marked where a reader sees them; without the marks it is what it was. */
export const highlight = (html: string, words: ReadonlySet<string>): string =>
  words.size === 0
    ? html
    : overText(html, (seen) =>
        seen.replace(word, (one) => (words.has(one) ? `<span class="highlight">${one}</span>` : one)),
      )

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML that shows it. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c)
