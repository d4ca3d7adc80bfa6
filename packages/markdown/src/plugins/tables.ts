import type { MarkdownIt } from 'markdown-it'
import { wrapBlockRule } from './depth.ts'

/** Wider tables stay text: missing cells are filled in, which would let a short message grow without bound. */
export const maxColumns = 40

export function tablesPlugin(md: MarkdownIt): void {
  wrapBlockRule(md, 'table', (rule) => (state, start, end, silent) => {
    const line = state.src.slice(state.bMarks[start], state.eMarks[start])
    return line.split('|', maxColumns + 3).length <= maxColumns + 2 && rule(state, start, end, silent)
  })
  for (const cell of ['th_open', 'td_open'])
    md.renderer.rules[cell] = (tokens, index, options, _env, renderer) =>
      renderer
        .renderToken(tokens, index, options)
        .replace('text-align:', 'text-align: ')
        .replace(/"(?=>)/, ';"')
}
