import type { MarkdownIt, StateBlock, StateCore } from 'markdown-it'
import { renderingOf } from '../rendering.ts'
import { wrapBlockRule } from './depth.ts'

const quoteMark = /^ {0,3}>[ \t]*/

/** A lone `>` quotes nothing: it is text, unless a quoted line follows. */
function quotesSomething(state: StateBlock, line: number, end: number): boolean {
  const text = (at: number) =>
    state.src.slice((state.bMarks[at] ?? 0) + (state.tShift[at] ?? 0), state.eMarks[at])
  if (text(line).replace(quoteMark, '') !== '') return true
  return line + 1 < end && quoteMark.test(text(line + 1))
}

/** Parses the text of every block, knowing whether a quote surrounds it. */
function inlineText(state: StateCore): void {
  const rendering = renderingOf(state.env)
  for (const token of state.tokens) {
    if (token.type === 'blockquote_open') rendering.quoteDepth++
    else if (token.type === 'blockquote_close') rendering.quoteDepth--
    else if (token.children) state.md.inline.parse(token.content, state.md, state.env, token.children)
  }
}

export function quotesPlugin(md: MarkdownIt): void {
  wrapBlockRule(
    md,
    'blockquote',
    (rule) => (state, start, end, silent) =>
      quotesSomething(state, start, end) && rule(state, start, end, silent),
  )
  md.core.ruler.at('inline', inlineText)
}
