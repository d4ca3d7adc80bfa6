import type { MarkdownIt, StateBlock } from 'markdown-it'
import { wrapBlockRule } from './depth.ts'

/**
 * Most cells of a table; a larger one stays text. Missing cells are filled in, which would let a short
 * message grow without bound; a message of the longest kind has room for about this many real ones.
 */
export const maxCells = 3000

const delimiterRow = /^[ \t]*[|:-][ \t|:-]*$/

/** Whether a table that begins on this line would be too large. */
function isTooLarge(state: StateBlock, start: number, end: number): boolean {
  const line = (at: number) => state.src.slice(state.bMarks[at], state.eMarks[at])
  if (start + 1 >= end || !delimiterRow.test(line(start + 1))) return false
  const most = Math.floor(maxCells / line(start).split('|').length)
  let rows = 0
  while (rows <= most && start + rows < end && !state.isEmpty(start + rows)) rows++
  return rows > most
}

export function tablesPlugin(md: MarkdownIt): void {
  wrapBlockRule(
    md,
    'table',
    (rule) => (state, start, end, silent) =>
      !isTooLarge(state, start, end) && rule(state, start, end, silent),
  )
  for (const cell of ['th_open', 'td_open'])
    md.renderer.rules[cell] = (tokens, index, options, _env, renderer) =>
      renderer
        .renderToken(tokens, index, options)
        .replace('text-align:', 'text-align: ')
        .replace(/"(?=>)/, ';"')
}
