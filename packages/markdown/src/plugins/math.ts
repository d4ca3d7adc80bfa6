import type { MarkdownIt, StateInline } from 'markdown-it'
import { escapeText } from '../html.ts'
import { matchHere } from './mentions.ts'

const inlineMath = /\$\$([^\n_$](?:\\\$|[^$\n])*)\$\$(?![$\w])/y

/** TeX source in the markup that clients look for formulas in; it is not typeset. */
export function katex(source: string, display: boolean): string {
  const tex = escapeText(source)
  const block = display ? ' display="block"' : ''
  const formula =
    `<span class="katex"><span class="katex-mathml"><math xmlns="http://www.w3.org/1998/Math/MathML"${block}>` +
    `<semantics><mrow><mtext>${tex}</mtext></mrow><annotation encoding="application/x-tex">${tex}</annotation>` +
    `</semantics></math></span><span class="katex-html" aria-hidden="true"><span class="base">` +
    `<span class="mord text">${tex}</span></span></span></span>`
  return display ? `<span class="katex-display">${formula}</span>` : formula
}

/** `$$tex$$` within a line. */
function math(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x24) return false
  const match = /[$\w]/.test(state.src.charAt(state.pos - 1)) ? null : matchHere(state, inlineMath)
  if (!match) {
    const start = state.pos
    while (state.pos < state.posMax && state.src.charCodeAt(state.pos) === 0x24) state.pos++
    if (!silent) state.pending += state.src.slice(start, state.pos)
    return true
  }
  if (!silent) state.push('math_inline', 'span', 0).content = match[1] ?? ''
  state.pos += match[0].length
  return true
}

export function mathPlugin(md: MarkdownIt): void {
  md.inline.ruler.before('emphasis', 'math', math)
  md.renderer.rules['math_inline'] = (tokens, index) => katex(tokens[index]?.content ?? '', false)
}
