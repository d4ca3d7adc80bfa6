import type { MarkdownIt, StateInline } from 'markdown-it'
import { renderingOf } from '../rendering.ts'
import { formula } from './code-blocks.ts'
import { matchHere } from './mentions.ts'

const inlineMath = /\$\$([^\n_$](?:\\\$|[^$\n])*)\$\$(?![$\w])/y

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
  md.renderer.rules['math_inline'] = (tokens, index, _options, env) =>
    formula(tokens[index]?.content ?? '', false, renderingOf(env))
}
